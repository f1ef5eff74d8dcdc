/**
 * Fills `{name}` in a text with details; a name without a detail stays visible, so that it is noticed. In a file of its
 * own, because the window needs it before the table of errors.
 */
export function fillDetails(
  text: string,
  details: Readonly<Record<string, string | number>> | undefined,
): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(details?.[name] ?? whole))
}
