import pLimit from 'p-limit'
import { addKnownHost, removeKnownHost } from '../connect/known-hosts-file.ts'
import { patiently } from '../connect/open.ts'
import { KeyRing } from '../connect/ssh/key-ring.ts'
import { stopsOf, survey, type Stop, type Survey } from '../connect/survey.ts'
import { EXIT, type ExitCode, HakubeError, isKnown } from '../errors.ts'
import { loadInventory } from '../inventory/load.ts'
import { cleaner } from '../report/clean.ts'
import { count } from '../report/columns.ts'
import { formatError } from '../report/errors.ts'
import { createStyle } from '../report/style.ts'
import { targetsOf } from '../run/gather-facts.ts'
import type { RunOptions } from '../run/options.ts'
import type { TrustOptions } from './options.ts'
import { keysTable } from './keys-table.ts'
import { wantsColor } from './output.ts'
import { runOptions } from './run-options.ts'
import { askYes } from './prompt.ts'
import type { Terminal } from './terminal.ts'

/**
 * `hakube hosts trust`: shows the keys of the hosts and of the jump hosts before them, and adds to known_hosts
 * what is confirmed. Exit code 0 when all keys are known then, 2 when a key has changed and was not replaced,
 * 3 when keys were not confirmed, 4 when a host was unreachable.
 */
export async function trust(pattern: string, options: TrustOptions, terminal: Terminal): Promise<ExitCode> {
  const prepared = await runOptions('hosts', options, terminal, 'hakube hosts trust')
  const { inventories, vault } = prepared
  const inventory = await loadInventory([...inventories], { env: terminal.env, vault })
  const say = (text: string): unknown => terminal.stderr.write(`${prepared.redactor.redact(text)}\n`)
  const run: RunOptions = {
    ...prepared,
    emit: (event) => event.type === 'warning' && say(`warning: ${event.text}`),
  }
  const stops = await stopsOf(await targetsOf(inventory, pattern, run))
  if (stops.length === 0) say('none of these hosts is reached by SSH')
  return new Trust(options, terminal, run, say).all(stops)
}

/** One run of the command. */
class Trust {
  readonly #options: TrustOptions
  readonly #terminal: Terminal
  readonly #run: RunOptions
  readonly #say: (text: string) => void
  readonly #codes = new Set<ExitCode>()
  readonly #keys: KeyRing

  constructor(options: TrustOptions, terminal: Terminal, run: RunOptions, say: (text: string) => void) {
    this.#options = options
    this.#terminal = terminal
    this.#run = run
    this.#say = say
    this.#keys = new KeyRing(run.connection.passphrase)
  }

  /** Jump hosts come first: what is behind them can be looked at once they are known. */
  async all(stops: readonly Stop[]): Promise<ExitCode> {
    const depths = [...new Set(stops.map(({ depth }) => depth))]
    for (const depth of depths) await this.#round(stops.filter((stop) => stop.depth === depth))
    const worst = [EXIT.failed, EXIT.unreachable, EXIT.pending] as const
    return worst.find((code) => this.#codes.has(code)) ?? EXIT.ok
  }

  async #round(stops: readonly Stop[]): Promise<void> {
    const limit = pLimit(this.#run.forks)
    const found = await Promise.all(stops.map((stop) => limit(() => this.#look(stop))))
    const surveys = found.filter((one) => one !== undefined)
    if (surveys.length === 0) return
    const style = createStyle(wantsColor(this.#terminal))
    this.#terminal.stdout.write(keysTable(surveys, style))
    await this.#keep(surveys)
  }

  async #look(stop: Stop): Promise<Survey | undefined> {
    try {
      const warn = (text: string): void => this.#say(`warning: ${text}`)
      return await patiently(() => survey(stop, { warn, keys: this.#keys }))
    } catch (error) {
      if (!isKnown(error) || error.exitCode !== EXIT.unreachable) throw error
      this.#codes.add(EXIT.unreachable)
      this.#fail(error, 'unreachable')
      return undefined
    }
  }

  async #keep(surveys: readonly Survey[]): Promise<void> {
    const changed = surveys.filter(has('changed'))
    const wanted = surveys.filter((one) => has('new')(one) && (!has('changed')(one) || this.#options.replace))
    const replaced = this.#options.replace ? changed : []
    if (surveys.some(has('revoked')) || (changed.length > 0 && !this.#options.replace)) {
      this.#codes.add(EXIT.failed)
      if (changed.length > 0 && !this.#options.replace)
        this.#say('changed keys stay as they are: if the hosts were set up anew, run again with --replace')
    }
    const all = [...new Set([...wanted, ...replaced])]
    if (all.length === 0) return
    if (!(await this.#confirmed(all, replaced))) {
      this.#codes.add(EXIT.pending)
      return
    }
    for (const one of all) await this.#write(one, replaced.includes(one))
  }

  async #confirmed(all: readonly Survey[], replaced: readonly Survey[]): Promise<boolean> {
    const keys = all.flatMap((one) => one.keys.filter(({ state }) => state === 'new' || state === 'changed'))
    const what = `${count(keys.length, 'key')} of ${count(all.length, 'host')}`
    const also = replaced.length > 0 ? `, REPLACING those known for ${count(replaced.length, 'host')}` : ''
    if (this.#options.yes) return true
    return askYes(`Compare the fingerprints. Add ${what}${also}?`, this.#terminal, {
      what: 'whether the keys are right',
      hint: 'compare the fingerprints above, then run again with --yes',
    })
  }

  async #write({ stop, keptAs, keys }: Survey, replace: boolean): Promise<void> {
    const { addKeysTo: file, hashKnownHosts } = stop.settings
    if (file === undefined) {
      this.#say(`${keptAs}: nothing is kept, since UserKnownHostsFile is /dev/null`)
      return
    }
    try {
      const shown = keys.filter(({ state }) => state !== 'revoked').map(({ key }) => key)
      if (replace) await this.#remove(keptAs, keys, file, shown)
      for (const key of shown) await addKnownHost(file, keptAs, key, hashKnownHosts)
      this.#say(`${keptAs}: ${replace ? 'replaced' : 'added'} in ${file}`)
    } catch (error) {
      this.#codes.add(EXIT.failed)
      this.#fail(error, 'error')
    }
  }

  async #remove(keptAs: string, keys: Survey['keys'], file: string, shown: Buffer[]): Promise<void> {
    const elsewhere = keys.find(({ state, known }) => state === 'changed' && known?.file !== file)?.known
    if (elsewhere) {
      throw new HakubeError(
        `the old key of ${keptAs} is not in ${file}, but in ${elsewhere.file}:${elsewhere.line}`,
        {
          code: 'known-hosts-elsewhere',
          hint: 'remove that line by hand: hakube writes to the first UserKnownHostsFile only',
        },
      )
    }
    await removeKnownHost(file, keptAs, shown)
  }

  #fail(error: unknown, label: string): void {
    const style = createStyle(wantsColor(this.#terminal))
    const clean = cleaner((text) => this.#run.redactor.redact(text))
    const lines = formatError(error, { style, clean, label, width: this.#terminal.stderr.columns ?? 100 })
    this.#terminal.stderr.write(`${lines.join('\n')}\n`)
  }
}

function has(wanted: Survey['keys'][number]['state']): (one: Survey) => boolean {
  return ({ keys }) => keys.some(({ state }) => state === wanted)
}
