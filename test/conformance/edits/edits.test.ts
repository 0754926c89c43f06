import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { editBlock } from '../../../src/tasks/blockinfile-edit.ts'
import type { Edited } from '../../../src/tasks/edited-file.ts'
import { editIni } from '../../../src/tasks/ini-edit.ts'
import { editLine } from '../../../src/tasks/lineinfile-edit.ts'
import { editLimit } from '../../../src/tasks/pam_limits-edit.ts'
import { editMatches } from '../../../src/tasks/replace-edit.ts'

/** What the modules of ansible-core 2.14 and its community.general made of random texts. */
const Case = z.object({
  module: z.enum(['lineinfile', 'blockinfile', 'replace', 'ini_file', 'pam_limits']),
  params: z.record(z.string(), z.union([z.string(), z.boolean(), z.array(z.string())])),
  before: z.string(),
  after: z.string(),
  msg: z.string(),
  changed: z.boolean(),
  found: z.number().optional(),
})
const cases = z.array(Case).parse(JSON.parse(readFileSync(new URL('cases.json', import.meta.url), 'utf8')))

function edit({ module, params, before }: z.output<typeof Case>): Edited {
  const text = (name: string) => (typeof params[name] === 'string' ? params[name] : undefined)
  const state = params['state'] === 'absent' ? 'absent' : 'present'
  const place = { insertafter: text('insertafter'), insertbefore: text('insertbefore') }
  if (module === 'lineinfile') {
    return editLine(before, {
      state,
      line: text('line'),
      regexp: text('regexp'),
      search_string: text('search_string'),
      ...place,
      backrefs: params['backrefs'] === true,
      firstmatch: params['firstmatch'] === true,
    })
  }
  if (module === 'blockinfile') {
    return editBlock(before, {
      append_newline: false,
      prepend_newline: false,
      state,
      block: text('block') ?? '',
      marker: text('marker') ?? '',
      marker_begin: text('marker_begin') ?? '',
      marker_end: text('marker_end') ?? '',
      ...place,
    })
  }
  if (module === 'ini_file') {
    const values = params['values']
    return editIni(before, {
      state,
      section: text('section') ?? '',
      option: text('option'),
      values: Array.isArray(values) ? values : [],
      exclusive: params['exclusive'] === true,
      noExtraSpaces: params['no_extra_spaces'] === true,
      allowNoValue: params['allow_no_value'] === true,
    })
  }
  if (module === 'pam_limits') {
    return editLimit(before, {
      domain: text('domain') ?? '',
      type: text('limit_type') ?? '',
      item: text('limit_item') ?? '',
      value: text('value') ?? '',
      keep: params['use_max'] === true ? 'max' : params['use_min'] === true ? 'min' : undefined,
      comment: text('comment') ?? '',
    })
  }
  return editMatches(before, {
    regexp: text('regexp') ?? '',
    replace: text('replace') ?? '',
    after: text('after'),
    before: text('before'),
  })
}

describe('edits of texts are those of ansible-core:', () => {
  it.each(cases.map((one) => [one.module, JSON.stringify(one.params), one] as const))(
    '%s %s',
    (_, __, one) => {
      const edited = edit(one)
      expect(edited.text).toBe(one.after)
      expect(edited.msg).toBe(one.msg)
      if (one.found !== undefined) expect(edited.result).toEqual({ found: one.found })
      expect(edited.text !== one.before).toBe(one.changed)
    },
  )
})
