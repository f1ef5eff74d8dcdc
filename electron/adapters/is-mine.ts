/** Whether a file of this user id is of the user that runs this process. Windows tells no owner: there all are. */
export function isMine(uid: number): boolean {
  const mine = process.getuid?.()
  return mine === undefined || uid === mine
}
