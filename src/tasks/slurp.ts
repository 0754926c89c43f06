import * as z from 'zod'
import { sh } from '../shell/sh.ts'
import { defineTask, type Plan } from '../task.ts'
import { Unknown } from '../world/kind.ts'
import type { PathAsk } from '../world/replies.ts'
import { UnknownAnswer } from '../world/world.ts'
import { path } from './params.ts'

export default defineTask({
  name: 'slurp',
  aliases: ['ansible.builtin.slurp', 'ansible.legacy.slurp'],
  summary: 'Read a file of the host into a variable.',
  kind: () => 'state',
  readOnly: true,
  params: z.strictObject({ src: path.describe('The file.') }),
  paramAliases: { path: 'src' },
  example: `
- name: Read the token of the cluster
  slurp:
    src: /var/lib/rancher/rke2/server/node-token
  register: token
`,
  returns: {
    content: 'the content in base64: {{ token.content | b64decode }}',
    encoding: 'base64',
    source: 'the file',
  },
  notes: ['A file over 1 MiB takes a round trip of its own, and its content is unknown in check mode.'],
  prepare: ({ src }): PathAsk => ({ path: src, follow: true, contentUnless: '' }),
  asks: (ask) => [{ kind: 'path', ask }],
  plan(ask, world): Plan {
    const reply = world.get('path', ask)
    const { path: source } = ask
    if (!reply.exists) return { status: 'fail', message: `file not found: ${source}` }
    if (reply.type === 'directory')
      return { status: 'fail', message: `source is a directory and must be a file: ${source}` }
    if (reply.content) {
      const content = reply.content.toString('base64')
      return { status: 'ok', reason: `read ${source}`, result: { content, encoding: 'base64', source } }
    }
    if (Number.isNaN(reply.size))
      throw new UnknownAnswer(new Unknown(`the content of ${source} is not known yet`))
    return {
      status: 'change',
      summary: `read ${source}`,
      diff: [],
      apply: sh`base64 <${source}`,
      effects: [],
      once: true,
      counts: false,
      result: { encoding: 'base64', source },
    }
  },
  result: (_ask, output) => ({ content: output.stdout.toString('latin1').replaceAll(/\s/g, '') }),
})
