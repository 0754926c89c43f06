/** Shows a scene in a terminal, slowly: `npx tsx test/report/replay.ts first-run pretty 0 300`. */
import { setTimeout } from 'node:timers/promises'
import { createReporter } from '../../src/report/create.ts'
import { scenes } from './scenes.ts'

const [name = 'first-run', output, verbosity = '0', pause = '200'] = process.argv.slice(2)
const reporter = createReporter({
  output: output === 'json' ? 'json' : output === 'plain' ? 'plain' : 'pretty',
  stdout: process.stdout,
  stderr: process.stderr,
  color: process.stdout.isTTY,
  verbosity: Number(verbosity),
  diff: true,
  width: process.stdout.columns ?? 100,
  redact: (text) => text.replaceAll('s3cret', '********'),
})
for (const event of scenes[name] ?? []) {
  if (event.type === 'task-end') {
    reporter.handle({ type: 'task-start', host: event.outcome.host, task: event.outcome.task })
  }
  await setTimeout(Number(pause))
  reporter.handle(event)
}
reporter.close()
