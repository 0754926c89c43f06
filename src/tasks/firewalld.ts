import * as z from 'zod'
import { defineTask } from '../task.ts'
import { planTarget, planZone } from './firewalld-zone-plan.ts'
import { planSetting } from './firewalld-plan.ts'
import { readSetting, type Setting } from './firewalld-setting.ts'
import { readZones, zonesQuestions } from './firewalld-zones.ts'
import { missing } from './missing-tool.ts'
import { wrong } from './package-params.ts'
import { bool, int, name, oneOf, text } from './params.ts'

/** What a task comes down to. */
export interface Wish {
  /** undefined: the default zone. */
  zone: string | undefined
  /** A setting of the zone, its target, or (without either) the zone itself. */
  setting: Setting | undefined
  target: string | undefined
  /** Whether it is to be there. */
  on: boolean
  permanent: boolean
  immediate: boolean
  /** Seconds after which the running firewalld drops it again; 0: never. */
  timeout: number
  /** Where firewalld does not run, only what is permanent is changed. */
  offline: boolean
}

export default defineTask({
  name: 'firewalld',
  aliases: ['ansible.posix.firewalld'],
  summary: 'Open or close services, ports and more in a zone of firewalld, or make a zone.',
  kind: () => 'state',
  params: z.strictObject({
    zone: name.optional().describe('The zone; without it the default zone.'),
    state: oneOf(['enabled', 'disabled', 'present', 'absent']).describe(
      'Whether the setting is there: enabled or disabled. present and absent are for a zone itself, or its target.',
    ),
    service: name.optional().describe('A service that firewalld knows, such as https.'),
    port: text.optional().describe('A port or a range with its protocol: 8443/tcp, 6000-6010/udp.'),
    port_forward: z
      .array(
        z.strictObject({
          port: text.describe('Port that is forwarded.'),
          proto: oneOf(['tcp', 'udp']).describe('Its protocol.'),
          toport: text.describe('Where it leads.'),
          toaddr: text.optional().describe('Another host; without it this one.'),
        }),
      )
      .optional()
      .describe('One forwarding, as a list of one dict of port, proto, toport and toaddr.'),
    protocol: name.optional().describe('A protocol of its own, such as vrrp.'),
    rich_rule: name.optional().describe("A rule in firewalld's rich language."),
    source: name.optional().describe('An address or network that belongs to the zone; takes permanent.'),
    interface: name.optional().describe('An interface that belongs to the zone; takes zone.'),
    icmp_block: name.optional().describe('An ICMP type that is refused.'),
    icmp_block_inversion: bool.optional().describe('Whether only the blocked ICMP types are let in.'),
    masquerade: bool.optional().describe('Whether what is forwarded goes out with the address of this host.'),
    forward: bool.optional().describe('Whether the zone forwards between its own interfaces.'),
    target: oneOf(['default', 'ACCEPT', 'DROP', '%%REJECT%%'])
      .optional()
      .describe('What becomes of what no rule is about; takes zone and permanent.'),
    permanent: bool.optional().describe('Whether it outlasts a reload and a reboot.'),
    immediate: bool
      .default(false)
      .describe('Whether it holds at once, too. Without permanent it always does.'),
    timeout: int.default(0).describe('Seconds after which the running firewalld drops it again.'),
    offline: bool
      .optional()
      .describe('Where firewalld does not run, change what is permanent and leave immediate out.'),
  }),
  example: `- name: Open the port of the API
  firewalld:
    port: 8443/tcp
    permanent: yes
    immediate: yes
    state: enabled
`,
  notes: [
    'Nothing but firewall-cmd is needed on the host.',
    'A host without firewalld is refused. Where it is installed and does not run, permanent changes are made with firewall-offline-cmd; others are refused.',
    'firewalld is never reloaded: a zone made by a task is known to the running firewalld only after the next reload.',
    'Two spellings of one rich rule count as the same.',
  ],
  prepare(params): Wish {
    const { zone, state, target, timeout } = params
    const found = readSetting(params)
    const permanent = params.permanent === true
    const immediate = params.immediate || !permanent
    const zoneWord = state === 'present' || state === 'absent'
    if (found && zoneWord)
      throw wrong(
        `firewalld: state ${state} is for zones`,
        `write ${state === 'present' ? 'enabled' : 'disabled'}`,
      )
    if (!found && target === undefined && !zoneWord)
      throw wrong(
        'firewalld: nothing is named that is to be enabled or disabled',
        'add service:, port: or another',
      )
    if (params.interface !== undefined && zone === undefined)
      throw wrong('firewalld: an interface needs the zone that it is to be in', 'add zone:')
    if (params.source !== undefined && params.permanent === undefined)
      throw wrong('firewalld: for a source it has to be said whether it is permanent', 'add permanent:')
    if (!found && zone === undefined) throw wrong('firewalld needs the name of a zone for this', 'add zone:')
    if (!found && (!permanent || params.immediate))
      throw wrong(
        `firewalld: ${target === undefined ? 'a zone' : 'the target of a zone'} can only be changed permanently`,
        'write permanent: yes, leave immediate out, and reload firewalld afterwards',
      )
    if (timeout > 0 && (permanent || found?.setting.canEnd === false))
      throw wrong(
        'firewalld: timeout is for what is only in the running firewalld',
        permanent ? 'leave permanent or timeout out' : 'leave timeout out',
      )
    const on = (state === 'enabled' || state === 'present') !== (found?.inverted ?? false)
    return {
      zone,
      setting: found?.setting,
      target,
      on,
      permanent,
      immediate,
      timeout,
      offline: params.offline === true,
    }
  },
  asks: () => zonesQuestions,
  plan(wish, world) {
    const zones = readZones(world)
    if (zones === undefined)
      return missing(
        world,
        'firewalld',
        'firewalld is not installed on this host',
        'install it before with package:, or leave the task out there with when:',
      )
    if (typeof zones === 'string')
      return {
        status: 'fail',
        message: `firewalld could not be asked: ${zones}`,
        hint: 'firewall-cmd needs root: add become: yes',
      }
    if (wish.setting) return planSetting(wish, wish.setting, zones)
    return wish.target === undefined ? planZone(wish, zones) : planTarget(wish, wish.target, zones)
  },
  failure: (_, output) =>
    (output.stderr.toString('utf8').trim().split('\n').at(-1) ?? '').replace(/^Error: /, ''),
})
