import { main } from './cli/main.ts'

// The first Ctrl-C or SIGTERM lets what is running come to its end, the second one ends it on the hosts too.
const interrupt = new AbortController()
const abort = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => (interrupt.signal.aborted ? abort.abort() : interrupt.abort()))

process.exitCode = await main(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  interrupt: interrupt.signal,
  abort: abort.signal,
})
