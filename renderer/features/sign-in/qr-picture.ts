/** A QR code as one path. The library stands here alone, so that it is loaded only where a code is shown. */
import { generate } from 'lean-qr'

export interface QrPicture {
  /** Of the whole picture with the quiet zone, in modules. */
  readonly width: number
  readonly path: string
}

/** Light modules on each side, as the standard asks for. */
const quietZone = 4

/** Null for a text that no QR code can hold. */
export function qrPicture(text: string): QrPicture | null {
  try {
    const code = generate(text)
    let path = ''
    for (let y = 0; y < code.size; y += 1)
      for (let x = 0; x < code.size; x += 1)
        if (code.get(x, y)) path += `M${x + quietZone} ${y + quietZone}h1v1h-1z`
    return { width: code.size + 2 * quietZone, path }
  } catch {
    return null
  }
}
