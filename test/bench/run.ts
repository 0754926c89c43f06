/** `npm run bench -- [speed|failover|idle] [OPTIONS]`: figures, with their raw data in test/bench/results. */
const [name = 'speed'] = process.argv.slice(2)
const benches: Readonly<Record<string, () => Promise<unknown>>> = {
  speed: () => import('./speed.ts'),
  failover: () => import('./failover/run.ts'),
  idle: () => import('./idle/run.ts'),
}
const bench = benches[name]
if (!bench) throw new Error(`no bench ${name}: there are ${Object.keys(benches).join(', ')}`)
await bench()
