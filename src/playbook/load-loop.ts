import { toValue, type YamlMapping, type YamlNode } from '../yaml/load.ts'
import { LOOKUP_LOOPS, LOOP_CONTROL_KEYWORDS, LOOP_KEYWORDS, hintOf } from './keywords.ts'
import type { Loop } from './model.ts'
import type { Reader } from './reader.ts'

/** The loop of a task with its loop_control; undefined without one. */
export function readLoop(
  reader: Reader,
  mapping: YamlMapping,
  keys: Map<string, YamlNode>,
): Loop | undefined {
  for (const { key, keyPlace } of mapping.entries) {
    const instead = hintOf(LOOP_KEYWORDS, String(key))
    if (instead !== undefined) reader.problem(`${String(key)} is not supported`, keyPlace, instead)
  }
  const control = keys.get('loop_control')
  const given = ['loop', 'with_items', 'with_list', ...LOOKUP_LOOPS].filter((key) => keys.has(key))
  const [word, second] = given
  const node = word === undefined ? undefined : keys.get(word)
  if (!node) {
    if (control) reader.problem('loop_control stands without a loop', control.place)
    return undefined
  }
  if (second !== undefined)
    reader.problem(`a task has one loop: ${String(word)} and ${second} are two`, node.place)
  const settings = control && reader.mapping(control, 'loop_control')
  const options = settings
    ? reader.keywords(settings, LOOP_CONTROL_KEYWORDS, 'loop_control')
    : new Map<string, YamlNode>()
  const indexVar = reader.text(options.get('index_var'), 'index_var')
  const label = reader.located(options.get('label'))
  const pause = reader.located(options.get('pause'))
  const extended = reader.located(options.get('extended'))
  const extendedAllItems = reader.located(options.get('extended_allitems'))
  return {
    style: styleOf(word),
    items: { value: toValue(node), place: node.place },
    control: {
      loopVar: reader.text(options.get('loop_var'), 'loop_var') ?? 'item',
      ...(indexVar === undefined ? {} : { indexVar }),
      ...(label ? { label } : {}),
      ...(pause ? { pause } : {}),
      ...(extended ? { extended } : {}),
      ...(extendedAllItems ? { extendedAllItems } : {}),
    },
  }
}

function styleOf(word: string | undefined): string {
  if (word === 'with_items') return 'flatten'
  return word !== undefined && LOOKUP_LOOPS.has(word) ? word.slice('with_'.length) : 'list'
}
