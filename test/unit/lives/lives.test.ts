import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Life } from './life.ts'
import { LifeChecks } from './life-checks.ts'
import type { Plan, Step } from './life-steps.ts'
import { anyLife, anyPlan } from './life-steps.ts'

/**
 * The gate lives the same lives each time, so that it never fails by chance; `LATCHKEY_LIVES` asks for so many new
 * ones, and `LATCHKEY_LIVES_SEED` for those of another day again.
 */
const wanted = process.env['LATCHKEY_LIVES']
const lives = Number(wanted ?? 300)
const seed = process.env['LATCHKEY_LIVES_SEED'] ?? (wanted === undefined ? '20261123' : undefined)

async function live(plan: Plan, steps: readonly Step[]): Promise<void> {
  const life = await Life.begin(plan)
  const checks = new LifeChecks(life)
  for (const [index, step] of steps.entries()) {
    try {
      await life.take(step)
      await checks.after(step)
    } catch (cause) {
      throw new Error(`after step ${String(index + 1)}: ${String(cause)}`, { cause })
    }
  }
  await checks.atTheEnd()
}

describe('a life', () => {
  it(
    `holds what the app claims, ${String(lives)} times over`,
    async () => {
      let steps = 0
      const property = fc.asyncProperty(anyPlan, anyLife, async (plan, life) => {
        steps += life.length
        await live(plan, life)
      })
      await fc.assert(property, { numRuns: lives, ...(seed === undefined ? {} : { seed: Number(seed) }) })
      expect(steps).toBeGreaterThan(lives)
    },
    60_000 + lives * 1000,
  )
})
