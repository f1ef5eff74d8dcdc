/** Runs `work` once what was just put into the page is on the screen: two frames later. Returns what cancels it. */
export function afterPicture(work: () => void): () => void {
  let frame = requestAnimationFrame(() => {
    frame = requestAnimationFrame(work)
  })
  return () => cancelAnimationFrame(frame)
}
