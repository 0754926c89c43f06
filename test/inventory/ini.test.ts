import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HakubeError } from '../../src/errors.ts'
import { InventoryBuilder } from '../../src/inventory/builder.ts'
import { applyIni } from '../../src/inventory/ini-apply.ts'
import { parseIni } from '../../src/inventory/ini.ts'
import { showWarning } from '../../src/inventory/model.ts'
import { errorsOf, inventoryOf } from './support.ts'

describe('mistakes in an INI inventory', () => {
  it.each([
    ['blanks around =', 'n1 a = 1', 1, 4, 'no blanks around'],
    ['two hosts on a line', 'n1, n2', 1, 5, 'line of its own'],
    ['a semicolon as a comment', '[g]\nn1 a=1 ; x', 2, 8, 'Start a comment with #'],
    ['a semicolon after a header', '[g] ; x', 1, 1, '[g]  # x'],
    ['an unquoted template', 'n1 a={{ x }}', 1, 9, 'Quote a template'],
    ['an apostrophe', "n1 a=don't", 1, 9, 'An apostrophe'],
    ['a backslash at the end', 'n1 a=b\\', 1, 7, ''],
    ['blanks in a header', '[front gate]', 1, 1, '[front_gate]'],
    ['blanks around a group name', '[ gate ]', 1, 1, '[gate]'],
    ['an empty header', '[]', 1, 1, '[group:vars]'],
    ['an IPv6 address as a header', '[fd00::1]', 1, 1, 'without brackets: fd00::1'],
    ['a misspelt section type', '[g:childern]', 1, 1, '[g:children]'],
    ['a misspelt child', '[g:children]\ngost\n[ghost]', 2, 1, 'Did you mean ghost?'],
    ['a missing child', '[k8s:children]\ncalico-rr', 2, 1, 'rite the line [calico-rr]'],
    ['variables of no group', '[web]\n[webb:vars]\na=1', 2, 2, 'Did you mean web?'],
    ['a colon instead of =', '[all:vars]\na: 1', 2, 1, 'Write a=1'],
    ['text after a child', '[g:children]\na b', 2, 1, 'one group name per line'],
    ['a group in itself', '[g:children]\ng', 2, 1, 'Remove this line'],
    ['all as a child', '[g:children]\nall', 2, 1, 'remove this line'],
    ['a loop', '[a:children]\nb\n[b:children]\na', 4, 1, 'the one that puts b into a'],
    ['a priority in words', '[g]\n[g:vars]\nansible_group_priority=high', 3, 1, 'a number'],
    ['a set of sets', "[g]\n[g:vars]\na={{ 'x' }}", 3, 1, 'quotes of its own'],
    ['a port that is missing', 'h:', 1, 1, 'h:22'],
    ['YAML', '---', 1, 1, '.yml'],
    ['an empty name', '"" a=1', 1, 1, ''],
    ['an open range', 'n[1:3', 1, 1, '"]"'],
    ['a range with a dash', 'n[1-3]', 1, 1, '[begin:end]'],
    ['a range of unequal widths', 'n[01:100]', 1, 1, '[001:100]'],
    ['letters that run backwards', 'n[c:a]', 1, 1, '[a:c]'],
    ['mixed ends', 'n[a:3]', 1, 1, 'numbers or single letters'],
    ['a step of 0', 'n[1:3:0]', 1, 1, ''],
    ['a range beyond reason', 'n[1:99999999]', 1, 1, ''],
    ['ranges beyond reason', 'n[1:9999][1:9999]', 1, 1, ''],
  ])('points at %s', async (_name, ini, line, column, hint) => {
    const [error, ...others] = await errorsOf(inventoryOf(ini))
    expect(others).toEqual([])
    expect(error?.place).toMatchObject({ line, column, source: ini.split('\n')[line - 1] })
    expect(error?.place?.file).toMatch(/inventory\.ini$/)
    expect(error?.hint ?? '').toContain(hint)
  })

  it('tells all of a file at once, and nothing that only follows from a broken header', async () => {
    const ini = 'a b\n[my group]\nanything goes here\n[x:children]\nmissing\n[g]\nc d\n'
    const errors = await errorsOf(inventoryOf(ini))
    expect(errors.map((error) => error.place?.line)).toEqual([1, 2, 7])
  })

  it('tells all missing groups', async () => {
    const errors = await errorsOf(inventoryOf('[g:children]\na\nb\n[c:vars]\nx=1\n'))
    expect(errors.map((error) => error.place?.line)).toEqual([2, 3, 4])
  })

  it.each([
    'n1 ansible_password=hunter2 oops',
    "n1 ansible_password='hunter2 x",
    'n1 ansible_password=very hunter2',
    '[all:vars]\nansible_password: hunter2',
    "[all:vars]\nansible_password={{ 'hunter2' }} # {{ 'hunter2' }}",
    'n1 ansible_password=a#hunter2 x',
    'ansible_password=hunter2 x',
  ])('never shows a password: %s', async (ini) => {
    const told: unknown[] = []
    try {
      told.push(...(await inventoryOf(ini)).warnings)
    } catch (error) {
      if (!(error instanceof HakubeError)) throw error
      told.push(error.message, error.hint, error.place)
    }
    expect(told.length).toBeGreaterThan(0)
    expect(JSON.stringify(told).replaceAll("{{ 'hunter2' }}", '')).not.toContain('hunter2')
  })
})

describe('warnings about an INI inventory', () => {
  it.each([
    ['assignment-as-host', '[g]\nansible_user=root', 2, 1],
    ['comma-in-host', 'n1,n2', 1, 1],
    ['cut-at-hash', 'n1 a=b#c', 1, 7],
    ['empty-range', 'n[3:1]', 1, 1],
    ['misspelt-variable', 'n1 a=b ansible_prot=22', 1, 8],
    ['misspelt-variable', 'n1\n[all:vars]\nansible_hots=x', 3, 1],
    ['ignored-port', 'n1\n[g]\nn1:22', 3, 1],
    ['retyped-password', 'n1 ansible_password=1e5', 1, 4],
    ['retyped-password', '[g]\n[g:vars]\nansible_become_pass=1_000', 3, 1],
    ['variable-of-group', '[etcd]\netcd a=1', 2, 6],
  ])('%s', async (code, ini, line, column) => {
    const { warnings } = await inventoryOf(ini)
    const found = warnings.find((warning) => warning.code === code)
    expect(found?.place).toMatchObject({ line, column })
    expect(found?.hint).toBeTruthy()
  })

  it.each([
    'n1 a=b # comment\nn2 # ansible_user=x',
    'n1:22\n[g]\nn1:22',
    'n1 ansible_password=123456\nn2 ansible_password="\'1e5\'" ansible_become_pass=0123',
    "[g]\n[g:vars]\nansible_password='1e5'",
    'n1 ansible_port=22 ansible_pipelining=yes ansible_os_family=Debian ansible_mine=1 ansible_user_id=x',
    '[rack-1]\nn1\n[eu.west]\nn1',
  ])('none about what is right: %s', async (ini) => {
    expect((await inventoryOf(ini)).warnings).toEqual([])
  })

  it('says that a host and a group share a name', async () => {
    const { warnings } = await inventoryOf('[web]\nweb\n')
    expect(warnings).toMatchObject([{ code: 'host-and-group', place: { line: 2 } }])
    expect(warnings.map(showWarning).join()).toMatch(
      /inventory\.ini:2:1: web is the name of both a host and a group\. Give one of them another name\.$/,
    )
  })
})

describe('the rules that the recorded cases do not show', () => {
  it.each([
    ['a byte order mark', '\uFEFF[web]\nn1', ['n1']],
    [
      'all line ends of Python',
      'a\vb\fc\x1cd\x1de\x1ef\x85g\u2028h\u2029i\rj\r\nk',
      Array.from('abcdefghijk'),
    ],
    ['blanks of Python around a line', '\xa0\u3000n1\x1f\u2003', ['n1']],
    ['no-break spaces within a word', 'n1\xa0x', ['n1\xa0x']],
    ['IPv6 ranges', 'fd00::[1:2]\n[fd00::[8:9]]:22', ['fd00::1', 'fd00::2', 'fd00::8', 'fd00::9']],
    ['a range over the end of the alphabet', 'n[y:B]', ['ny', 'nz', 'nA', 'nB']],
    ['steps', 'n[1:9:4]-[a:e:2]', ['n1-a', 'n1-c', 'n1-e', 'n5-a', 'n5-c', 'n5-e', 'n9-a', 'n9-c', 'n9-e']],
    ['a port behind an open begin', 'n[:1]:22', ['n0:22', 'n1:22']],
  ])('%s', async (_name, ini, hosts) => {
    expect([...(await inventoryOf(ini)).hosts.keys()]).toEqual(hosts)
  })

  it('takes a child whose group has only variables so far', async () => {
    const { groups } = await inventoryOf('[c:vars]\nx=1\n[p:children]\nc\n[c]\nn1\n')
    expect(groups.get('p')?.children).toEqual(['c'])
  })

  it('survives any text', () => {
    const piece = fc.constantFrom(
      ...'[ ] : = # ; , \' " \\ a b n1 1 03 vars children {{ }} [1:2] [a:a] g [g] [g:vars] [g:children] ansible_password=1e5'.split(
        ' ',
      ),
      ' ',
      '\n',
      '\t',
      '{',
      '(',
    )
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 40 }).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(text, (input) => {
        const builder = new InventoryBuilder()
        applyIni(parseIni(input, 'f'), builder)
        for (const error of builder.errors) expect(error.place?.line).toBeGreaterThan(0)
      }),
      { numRuns: 1000 },
    )
  })

  it('reads 5,000 hosts without delay', async () => {
    const groups = Array.from(
      { length: 50 },
      (_, n) => `[g${n}]\nn${n}-[001:100].lan a=1 b="two words"\n[g${n}:vars]\nx=${n}\n`,
    )
    const start = performance.now()
    const { hosts } = await inventoryOf(groups.join(''))
    expect(hosts.size).toBe(5000)
    // Takes about 0.1 s; the rest is for machines that do other things as well.
    expect(performance.now() - start).toBeLessThan(2000)
  })
})
