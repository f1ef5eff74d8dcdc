/** Where the main window stands: remembered, and always reachable on a screen that is there now. Pure. */
export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface WindowState {
  /** In device-independent pixels, of the window when it is not maximised. */
  readonly bounds: Rectangle
  readonly maximized: boolean
}

export const minimumSize = { width: 480, height: 480 } as const
export const usualSize = { width: 1120, height: 760 } as const

/** How much of a window must be on a screen before it counts as standing there: a grip for the mouse. */
const grip = { width: 120, height: 48 } as const

/** Reads what an earlier start saved. Null for anything that is not a plausible state; it is only a wish. */
export function readWindowState(saved: unknown): WindowState | null {
  if (!isRecord(saved) || !isRecord(saved['bounds'])) return null
  const { x, y, width, height } = saved['bounds']
  if (!isCoordinate(x) || !isCoordinate(y) || !isCoordinate(width) || !isCoordinate(height)) return null
  if (width <= 0 || height <= 0) return null
  return { bounds: { x, y, width, height }, maximized: saved['maximized'] === true }
}

/**
 * Decides where the window opens. `workAreas` are the usable parts of all screens, the main one first; never
 * empty in practice, and an empty list gives the usual size at the origin.
 */
export function placeWindow(saved: WindowState | null, workAreas: readonly Rectangle[]): WindowState {
  const [mainArea] = workAreas
  if (mainArea === undefined) return { bounds: { x: 0, y: 0, ...usualSize }, maximized: false }
  if (saved === null) return { bounds: centre(usualSize, mainArea), maximized: false }
  const home = workAreas.reduce((best, area) =>
    overlap(saved.bounds, area) > overlap(saved.bounds, best) ? area : best,
  )
  const bounds = hasGrip(saved.bounds, home) ? fit(saved.bounds, home) : centre(saved.bounds, mainArea)
  return { bounds, maximized: saved.maximized }
}

function hasGrip(bounds: Rectangle, area: Rectangle): boolean {
  return (
    shared(bounds.x, bounds.width, area.x, area.width) >= grip.width &&
    shared(bounds.y, bounds.height, area.y, area.height) >= grip.height
  )
}

function overlap(a: Rectangle, b: Rectangle): number {
  return shared(a.x, a.width, b.x, b.width) * shared(a.y, a.height, b.y, b.height)
}

/** The common length of two stretches; zero when they do not touch. */
function shared(startA: number, lengthA: number, startB: number, lengthB: number): number {
  return Math.max(0, Math.min(startA + lengthA, startB + lengthB) - Math.max(startA, startB))
}

/** Moves and shrinks until all of it is inside the area. */
function fit(bounds: Rectangle, area: Rectangle): Rectangle {
  const { width, height } = clampSize(bounds, area)
  return {
    x: clamp(bounds.x, area.x, area.x + area.width - width),
    y: clamp(bounds.y, area.y, area.y + area.height - height),
    width,
    height,
  }
}

function centre(size: { readonly width: number; readonly height: number }, area: Rectangle): Rectangle {
  const { width, height } = clampSize(size, area)
  return {
    x: area.x + Math.floor((area.width - width) / 2),
    y: area.y + Math.floor((area.height - height) / 2),
    width,
    height,
  }
}

function clampSize(
  size: { readonly width: number; readonly height: number },
  area: Rectangle,
): { width: number; height: number } {
  return {
    width: Math.min(Math.max(size.width, minimumSize.width), area.width),
    height: Math.min(Math.max(size.height, minimumSize.height), area.height),
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high)
}

function isCoordinate(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 1_000_000
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
