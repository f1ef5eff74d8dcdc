/** Rows drawn beyond each edge, so that a fast scroll does not show gaps. */
const margin = 6

/** The half-open range of rows that can be seen, all sizes in pixels. */
export function visibleRange(
  scrollTop: number,
  height: number,
  rowHeight: number,
  count: number,
): { from: number; to: number } {
  const from = Math.max(0, Math.min(count, Math.floor(scrollTop / rowHeight) - margin))
  const to = Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + margin)
  return { from, to }
}
