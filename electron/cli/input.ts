/** All that stands on the standard input, up to a bound far above what helpers are sent. */
const mostBytes = 64 * 1024

export async function readInput(): Promise<string> {
  const parts: Buffer[] = []
  let length = 0
  for await (const chunk of process.stdin) {
    parts.push(chunk as Buffer)
    length += (chunk as Buffer).length
    if (length > mostBytes) break
  }
  return Buffer.concat(parts).toString('utf8')
}
