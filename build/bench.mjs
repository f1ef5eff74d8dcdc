/** `npm run bench`: builds the app and runs the benchmarks of test/bench. They print figures and assert nothing. */
import { buildAll } from './build.mjs'

await buildAll()
// By address, so that the types of this folder are not asked of that one.
await import(new URL('../test/bench/run.mjs', import.meta.url).href)
