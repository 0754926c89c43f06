import type { KeywordDoc, KeywordDocs } from './doc.ts'

const item = (loop: string, text = '{{ item }}') => `- name: Tell\n  debug:\n    msg: "${text}"\n${loop}`
const looped = (about: string, loop: string, text?: string): KeywordDoc => ({
  about,
  type: 'any value',
  example: item(loop, text),
})
const controlled = (about: string, type: KeywordDoc['type'], control: string, text?: string): KeywordDoc => ({
  about,
  type,
  example: item(`  loop: [a, b]\n  loop_control:\n${control}`, text),
})

/** Loops, and what loop_control says about them. */
export const LOOP_KEYWORD_DOCS: KeywordDocs = {
  loop: looped('The task runs for each item of a list, which is in the variable `item`.', '  loop: [a, b]\n'),
  loop_control: {
    about: 'How a loop names and shows its items.',
    type: 'mapping',
    example: item('  loop: [a, b]\n  loop_control:\n    loop_var: letter\n', '{{ letter }}'),
  },
  with_items: looped(
    'A loop over a list; lists in it are flattened by one level.',
    '  with_items:\n    - [a, b]\n    - c\n',
  ),
  with_list: looped('A loop over a list as it is.', '  with_list: [a, b]\n'),
  with_dict: looped(
    'A loop over the keys and values of a dict.',
    '  with_dict: {a: 1, b: 2}\n',
    '{{ item.key }} {{ item.value }}',
  ),
  with_nested: looped(
    'A loop over all combinations of lists.',
    '  with_nested:\n    - [a, b]\n    - [1, 2]\n',
    '{{ item[0] }} {{ item[1] }}',
  ),
  with_cartesian: looped(
    'The same as with_nested.',
    '  with_cartesian:\n    - [a, b]\n    - [1, 2]\n',
    '{{ item[0] }} {{ item[1] }}',
  ),
  with_together: looped(
    'A loop over lists side by side.',
    '  with_together:\n    - [a, b]\n    - [1, 2]\n',
    '{{ item.0 }} {{ item.1 }}',
  ),
  with_flattened: looped(
    'A loop over a list; lists in it are flattened altogether.',
    '  with_flattened:\n    - [a, [b]]\n    - c\n',
  ),
  with_indexed_items: looped(
    'A loop over pairs of index and item.',
    '  with_indexed_items: [a, b]\n',
    '{{ item.0 }} {{ item.1 }}',
  ),
  with_sequence: looped('A loop over numbers.', '  with_sequence: start=1 end=3\n'),
  with_subelements: looped(
    'A loop over pairs of an item and each element of a list in it.',
    '  with_subelements:\n    - "{{ haproxy_frontends }}"\n    - ports\n',
    '{{ item.0.name }} {{ item.1 }}',
  ),
  with_fileglob: looped(
    'A loop over files of the controller that match patterns.',
    '  with_fileglob: files/*.http\n',
  ),
  with_first_found: looped(
    'The first of these files that is there, as the one item.',
    '  with_first_found:\n    - "{{ ansible_distribution }}.yml"\n    - default.yml\n',
  ),
  with_random_choice: looped('One item by chance.', '  with_random_choice: [a, b]\n'),
  with_file: looped('A loop over the contents of files.', '  with_file: [a.txt]\n'),
  with_lines: looped(
    'A loop over the lines that a command on the controller prints.',
    '  with_lines: cat a.txt\n',
  ),
  with_inventory_hostnames: looped(
    'A loop over hosts of the inventory.',
    '  with_inventory_hostnames: all\n',
  ),
  loop_var: controlled(
    'Of loop_control: the name of the variable with the item.',
    'text',
    '    loop_var: letter\n',
    '{{ letter }}',
  ),
  index_var: controlled(
    'Of loop_control: a variable with the number of the item, from 0.',
    'text',
    '    index_var: n\n',
    '{{ n }} {{ item }}',
  ),
  label: controlled(
    'Of loop_control: what is shown for an item.',
    'text',
    '    label: "letter {{ item }}"\n',
  ),
  pause: controlled('Of loop_control: seconds between two items.', 'number', '    pause: 1\n'),
  extended: controlled(
    'Of loop_control: `ansible_loop` knows the first, last, next … item.',
    'truth value',
    '    extended: true\n',
  ),
  extended_allitems: controlled(
    'Of loop_control: whether ansible_loop has all items, too.',
    'truth value',
    '    extended: true\n    extended_allitems: false\n',
  ),
}
