import * as z from 'zod'
import { defineTask, type Plan, type Result } from '../task.ts'
import { sh } from '../shell/sh.ts'
import { wrong } from './package-params.ts'
import { bool, int, text } from './params.ts'

interface Wait {
  seconds: number
  shown: string
}

export default defineTask({
  name: 'pause',
  aliases: ['ansible.builtin.pause', 'ansible.legacy.pause'],
  summary: 'Wait for a time, once for all hosts.',
  kind: () => 'wait',
  params: z.strictObject({
    seconds: int.optional().describe('How long to wait; less than 1 is 1.'),
    minutes: int.optional().describe('The same in minutes.'),
    prompt: text.optional().describe('Said while it waits. Without a time it is refused.'),
    echo: bool.default(true).describe('Accepted for Ansible’s sake: nothing is typed here.'),
  }),
  bypass: true,
  example: `- name: Let the neighbours learn the new address
  pause:
    seconds: 10
`,
  returns: {
    delta: 'Seconds it took.',
    start: 'When it began.',
    stop: 'When it ended.',
    stdout: 'How long it was, in words.',
    user_input: 'Always empty.',
  },
  notes: [
    'The machine that hakube runs on waits, on behalf of the first host of the batch.',
    'Without seconds and minutes Ansible waits for a key, or not at all where nobody can press one. hakube asks nothing while it runs, and refuses it.',
  ],
  prepare({ seconds, minutes, prompt }): Wait {
    if (seconds !== undefined && minutes !== undefined)
      throw wrong('pause: seconds and minutes exclude each other')
    if (seconds === undefined && minutes === undefined)
      throw wrong(
        'pause needs seconds or minutes: hakube asks nothing while it runs',
        'ask before the run (vars_prompt), or split the playbook and start with --start-at-task',
      )
    const time = minutes === undefined ? Math.max(1, seconds ?? 1) : Math.max(1, minutes * 60)
    const length = minutes === undefined ? `${time} seconds` : `${minutes} minutes`
    return { seconds: time, shown: prompt === undefined ? length : `${length}: ${prompt}` }
  },
  asks: () => [],
  plan(wait): Plan {
    return {
      status: 'change',
      summary: `wait ${wait.shown}`,
      diff: [],
      apply: sh`date '+start=%Y-%m-%d %H:%M:%S'
sleep ${String(wait.seconds)}
date '+stop=%Y-%m-%d %H:%M:%S'`,
      timeout: wait.seconds + 30,
      effects: [],
      counts: false,
    }
  },
  result({ seconds }, output): Result {
    const said = output.stdout.toString('latin1')
    const when = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(said)?.[1] ?? ''
    return {
      start: when('start'),
      stop: when('stop'),
      delta: seconds,
      rc: 0,
      stderr: '',
      stdout: `Paused for ${seconds}.0 seconds`,
      echo: true,
      user_input: '',
    }
  },
})
