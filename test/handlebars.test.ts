import { describe, expect, it } from 'vitest'
import { HakubeError } from '../src/errors.ts'
import { renderHandlebars } from '../src/handlebars.ts'
import { dict, float, fromJson } from '../src/value.ts'

const variables = dict({
  name: 'm1',
  ratio: float(1),
  html: `<a href="x">'&`,
  none: null,
  no: false,
  zero: 0,
  empty: [],
  ha: fromJson({
    port: 8443,
    peers: ['10.0.0.2', '10.0.0.3'],
    servers: [{ name: 'a' }, { name: 'b' }],
    none: {},
  }),
})
const scope = { lookup: (name: string) => variables.get(name) }
const render = (text: string) => renderHandlebars(text, 'x.hbs', scope)

describe('renderHandlebars', () => {
  it.each([
    ['{{name}}:{{ha.port}}', 'm1:8443'],
    ['{{html}}', `<a href="x">'&`],
    ['{{ratio}} {{no}} {{zero}}', '1.0 false 0'],
    ['{{#each ha.servers}}{{@index}}{{name}}{{#unless @last}},{{/unless}}{{/each}}', '0a,1b'],
    ['{{#each ha.servers}}{{../ha.port}} {{/each}}', '8443 8443 '],
    ['{{#each ha.servers as |s|}}{{s.name}}{{/each}}', 'ab'],
    ['{{#each ha.peers}}{{this}};{{else}}none{{/each}}', '10.0.0.2;10.0.0.3;'],
    ['{{#each empty}}x{{else}}none{{/each}}', 'none'],
    ['{{#with ha}}{{port}}{{/with}}', '8443'],
    ['{{join ha.peers ", "}} {{length ha.peers}}', '10.0.0.2, 10.0.0.3 2'],
    ['{{#if (eq ha.port 8443)}}y{{else}}n{{/if}}', 'y'],
    ['{{#if (and name (not zero))}}y{{/if}}{{#if (or no none)}}n{{/if}}', 'y'],
    ['{{#if ha.none}}dict{{else}}empty{{/if}}', 'empty'],
    ['{{#each ha.servers.[0]}}{{@key}}={{this}}{{/each}}', 'name=a'],
    ['a\n  {{#if name}}\n  b\n  {{/if}}\nc\n', 'a\n  b\nc\n'],
    ['{{!-- a comment --}}x', 'x'],
  ])('%s', (text, expected) => {
    expect(render(text)).toBe(expected)
  })

  it.each([
    ['x\n  {{ha.prt}}', 2, 5, '"prt" is not defined', 'did you mean "port"?'],
    ['{{#if ha.prt}}x{{/if}}', 1, 7, '"prt" is not defined', 'did you mean "port"?'],
    ['{{#each ha.none.x}}x{{/each}}', 1, 9, '"x" is not defined', undefined],
    ['a {{join ha.perrs ","}}', 1, 10, '"perrs" is not defined', 'did you mean "peers"?'],
    ['{{nobody}}', 1, 3, '"nobody" is not defined', undefined],
    ['{{name.x}}', 1, 3, '"x" is not defined', undefined],
    ['{{none.x}}', 1, 3, '"x" is not defined', undefined],
    ['{{ha.constructor}}', 1, 3, '"constructor" is not defined', undefined],
    ['{{ha.__proto__}}', 1, 3, '"__proto__" is not defined', undefined],
    ['{{ha.peers.length}}', 1, 3, '"length" is not defined', undefined],
    ['{{#each ha.servers}}\n{{nme}}{{/each}}', 2, 3, '"nme" is not defined', 'did you mean "name"?'],
    ['{{none}}', 1, 1, 'this is null and cannot be printed', 'name a field of it, or test it with {{#if}}'],
    ['{{ha}}', 1, 1, 'this is a dict and cannot be printed', 'name a field of it, or test it with {{#if}}'],
    [
      '{{ha.peers}}',
      1,
      1,
      'this is a list and cannot be printed',
      'use {{join list ", "}} or {{#each list}}',
    ],
    [
      '{{joyn ha.peers}}',
      1,
      1,
      'this template cannot be read: there is no helper joyn',
      'did you mean "join"?',
    ],
  ])('refuses %s', (text, line, column, message, hint) => {
    const error = caught(() => render(text))
    expect(error).toMatchObject({ message, hint, place: { file: 'x.hbs', line, column } })
    expect(error.place?.source).toBe(text.split('\n')[line - 1])
  })

  it.each(['{{#if name}}', '{{name', '{{/if}}', 'a\n\n{{#each x}}{{/if}}'])(
    'refuses the syntax of %s',
    (text) => {
      const error = caught(() => render(text))
      expect(error.code).toBe('template-syntax')
      expect(error.place?.line).toBeGreaterThan(0)
    },
  )
})

function caught(run: () => unknown): HakubeError {
  try {
    run()
  } catch (error) {
    if (error instanceof HakubeError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
