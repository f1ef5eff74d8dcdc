/** So many characters of a path or a name go into an error, whose text is bounded. */
const longestShown = 200

/** A path or a name as an error may carry it. Of a long one the end is kept: in a path that tells more. */
export function clipped(text: string): string {
  return text.length <= longestShown ? text : `…${text.slice(1 - longestShown)}`
}
