import { EXIT, HakubeError, HakubeErrors, isKnown, throwAll, type ExitCode } from '../../errors.ts'
import type { Event } from '../../report/events.ts'
import type { Scene } from '../../run/options.ts'
import { isDict } from '../../value.ts'
import { exchange } from './exchange.ts'
import type { PreflightFinding } from './finding.ts'
import { endpointsOf, judge } from './judge.ts'
import { hearAgain, lookAround } from './look.ts'
import type { PreflightSeen } from './seen.ts'

export interface PreflightSettings {
  scene: Scene
  isOn: boolean
  /** Not in check mode: a node without perl and Python tries with a keepalived of its own. */
  mayStart: boolean
  emit(event: Event): void
  /** Called when the run is refused: nobody begins anything further. */
  refused(): void
}

/**
 * Looks at the hosts of an endpoint before a run changes anything on any of them. A run in which nothing derives an
 * endpoint, or nothing changes, has none of it.
 */
export class Preflight {
  /** Why the run is refused. */
  refusal: HakubeError | undefined
  readonly #settings: PreflightSettings
  #looking: Promise<void> | undefined
  #proving: Promise<void> | undefined
  #seen: PreflightSeen | undefined

  constructor(settings: PreflightSettings) {
    this.#settings = settings
  }

  /**
   * Before every change, whether it is made or predicted. Ends the host's walk where the run is refused: everything
   * that speaks against it is in `refusal`.
   */
  async before(): Promise<void> {
    if (!this.#settings.isOn) return
    if (!this.#looking) {
      const hosts = this.#derived()
      // An endpoint that is derived later is looked at before the first change behind that.
      if (hosts.length === 0) return
      this.#looking = this.#look(hosts)
    }
    await this.#looking
    if (this.refusal)
      throw new HakubeError('refused', { code: 'interrupted', exitCode: EXIT.invalid, cause: this.refusal })
  }

  /**
   * After firewalls were opened, before keepalived starts anywhere: throws HakubeErrors for what is still in the way of
   * VRRP between the nodes, where that was not proven before for their sake.
   */
  async proveExchange(): Promise<void> {
    await (this.#proving ??= this.#prove())
  }

  async #prove(): Promise<void> {
    const before = this.#seen
    if (!before || before.opening.size === 0 || before.heard.size === 0) return
    const seen = await hearAgain(this.#settings.scene, before)
    const findings = endpointsOf(seen).flatMap(exchange)
    for (const finding of findings)
      if (finding.level === 'warn' || finding.level === 'unknown')
        this.#settings.emit({ type: 'warning', text: `preflight: ${sentence(finding)}` })
    throwAll(findings.filter(({ level }) => level === 'fail').map((one) => refusalOf(one, EXIT.failed)))
  }

  /** Hosts for which ha_topology has derived an endpoint that is to be set up. */
  #derived(): string[] {
    const { inputs } = this.#settings.scene
    return inputs.hosts.filter((host) => {
      const ha = inputs.store.written(host, 'ha', Number.POSITIVE_INFINITY)
      return isDict(ha) && ha.get('preflight') === true
    })
  }

  async #look(hosts: readonly string[]): Promise<void> {
    const settings = this.#settings
    const { scene, mayStart } = settings
    const started = performance.now()
    try {
      const { seen, skipped } = await lookAround(scene, { hosts, thorough: false, mayStart })
      this.#seen = seen
      const findings = judge(seen)
      const seconds = ((performance.now() - started) / 1000).toFixed(1)
      const listened = skipped === undefined ? '' : `; nobody had to listen to the network: ${skipped}`
      settings.emit({
        type: 'note',
        text: `preflight: looked at ${seen.hosts.size} hosts in ${seconds} s${listened}`,
      })
      for (const finding of findings)
        if (finding.level === 'warn' || finding.level === 'unknown')
          settings.emit({ type: 'warning', text: `preflight: ${sentence(finding)}` })
      const failed = findings.filter(({ level }) => level === 'fail').map((one) => refusalOf(one))
      if (failed.length > 0) this.refusal = failed.length === 1 ? failed[0] : new HakubeErrors(failed)
    } catch (error) {
      if (!isKnown(error)) throw error
      this.refusal = error
    }
    if (this.refusal) settings.refused()
  }
}

/** "m1: what; why it matters; what to do" */
function sentence({ where, what, why, todo }: PreflightFinding): string {
  return `${where}: ${[what, why, todo].filter((part) => part !== undefined).join('; ')}`
}

function refusalOf(
  { check, where, what, why, todo }: PreflightFinding,
  exitCode: ExitCode = EXIT.invalid,
): HakubeError {
  return new HakubeError(why === undefined ? what : `${what}\n${why}`, {
    code: `preflight-${check}`,
    exitCode,
    host: where,
    hint: `${todo ?? ''}\nto go on in spite of it: -e ha_skip_preflight=${check}`,
  })
}
