/** A path in two: what can give way, and the last folder with the separator before it. */
export function splitPath(path: string): { readonly head: string; readonly tail: string } {
  const end = path.replace(/[\\/]+$/, '')
  const at = Math.max(end.lastIndexOf('/'), end.lastIndexOf('\\'))
  return at <= 0 ? { head: '', tail: path } : { head: path.slice(0, at), tail: path.slice(at) }
}

/** At most `most` characters, with the middle left out; for places where nothing can be measured. */
export function shortPath(path: string, most = 60): string {
  const letters = Array.from(path)
  if (letters.length <= most) return path
  const tail = Math.ceil((most - 1) * 0.65)
  return `${letters.slice(0, most - 1 - tail).join('')}…${letters.slice(-tail).join('')}`
}
