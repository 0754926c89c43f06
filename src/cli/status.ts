import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT, type ExitCode } from '../errors.ts'
import { cleaner, type Clean } from '../report/clean.ts'
import { redactTexts } from '../report/json.ts'
import { createStyle } from '../report/style.ts'
import { endpointsOf } from '../verify/evaluate.ts'
import { Glances } from '../verify/glance.ts'
import { viewsOf } from '../verify/observe.ts'
import { session } from '../verify/session.ts'
import { formatStatus, statusOf, type Status } from '../verify/status.ts'
import { bundledPlaybook } from './bundled.ts'
import type { StatusOptions } from './options.ts'
import { LiveScreen } from './live-screen.ts'
import { wantsColor } from './output.ts'
import { runOptions } from './run-options.ts'
import type { Terminal } from './terminal.ts'

/** Milliseconds between two looks. */
const INTERVAL = 1000

/** Seconds for an attempt to connect while somebody watches. */
const RECONNECT_TIMEOUT = 3

/** Version of the JSON in docs/verify.md; raised when a field changes its meaning or goes away. */
const SCHEMA = 1

/** `hakube status [--watch]`: the endpoint at a glance. */
export async function status(options: StatusOptions, terminal: Terminal): Promise<ExitCode> {
  const given = await runOptions(bundledPlaybook(), { ...options, adopt: true }, terminal, 'hakube status')
  const redact = (text: string) => given.redactor.redact(text)
  const clean = cleaner(redact)
  const show = shower(options, terminal, clean, redact)
  const isLive = options.watch === true && terminal.stdout.isTTY === true && options.output !== 'json'
  let isDrawing = false
  // On a screen of its own a warning would only be in the way; `hakube verify` says it, too.
  const warn = (text: string) => {
    if (!isDrawing) terminal.stderr.write(`warning: ${clean(text)}\n`)
  }
  let isReached = false
  const { connection } = given
  // Who watches wants to see soon that a host is back, and to leave without waiting for one that is not.
  const timeout = options.watch ? (connection.timeout ?? RECONNECT_TIMEOUT) : connection.timeout
  await session(
    { ...given, connection: { ...connection, timeout }, bundled: true },
    warn,
    async (scene, { unreachable }) => {
      const glances = new Glances(scene, viewsOf(scene), unreachable)
      const look = async (): Promise<Status[]> => {
        const seen = await glances.look()
        isReached ||= seen.nodes.size > 0
        return endpointsOf(seen).map(statusOf)
      }
      isDrawing = isLive
      if (isLive) await live(look, show, terminal)
      else if (options.watch) await follow(look, show, terminal)
      else
        terminal.stdout.write(
          show(await look())
            .join('\n')
            .concat('\n'),
        )
      await glances.end()
    },
  )
  if (terminal.interrupt.aborted && options.watch !== true) return EXIT.interrupted
  return isReached ? EXIT.ok : EXIT.unreachable
}

type Show = (all: readonly Status[]) => string[]

function shower(
  options: StatusOptions,
  terminal: Terminal,
  clean: Clean,
  redact: (text: string) => string,
): Show {
  if (options.output === 'json')
    return (all) => [JSON.stringify(redactTexts({ schema: SCHEMA, endpoints: all }, redact))]
  const style = createStyle(wantsColor(terminal))
  return (all) =>
    all.flatMap((one, index) => [...(index > 0 ? [''] : []), ...formatStatus(one, style, clean)])
}

/** Draws the status anew every second, until the user ends it. */
async function live(look: () => Promise<Status[]>, show: Show, terminal: Terminal): Promise<void> {
  const screen = new LiveScreen(terminal)
  screen.open()
  try {
    while (!screen.ended.aborted) {
      const started = performance.now()
      const lines = show(await look())
      const time = new Date().toLocaleTimeString('en-GB')
      if (!screen.ended.aborted) screen.draw([...lines, '', `${time}  q ends`])
      await sleep(restOf(started), undefined, { signal: screen.ended }).catch(() => undefined)
    }
  } finally {
    screen.close()
  }
}

/** Without a terminal: what is new, with its time. */
async function follow(look: () => Promise<Status[]>, show: Show, terminal: Terminal): Promise<void> {
  let before = ''
  while (!terminal.interrupt.aborted) {
    const started = performance.now()
    const text = show(await look()).join('\n')
    const isJson = text.startsWith('{')
    if (text !== before)
      terminal.stdout.write(isJson ? `${text}\n` : `${new Date().toISOString()}\n${text}\n\n`)
    before = text
    await sleep(restOf(started), undefined, { signal: terminal.interrupt }).catch(() => undefined)
  }
}

/** Milliseconds until the next look is due. */
function restOf(started: number): number {
  return Math.max(0, started + INTERVAL - performance.now())
}
