import { expect, test } from 'vitest'
import { ancestors, baseName, joinPath, normalPath, parentPath } from '../../src/world/path-names.ts'

test.each([
  ['/', '/', '/', '', []],
  ['/a', '/a', '/', 'a', []],
  ['//a///b/', '/a/b', '/a', 'b', ['/a']],
  ['/a/./b/c', '/a/b/c', '/a/b', 'c', ['/a', '/a/b']],
  ['/a/../b', '/a/../b', '/a/..', 'b', ['/a', '/a/..']],
])('%s', (path, normal, parent, name, above) => {
  expect(normalPath(path)).toBe(normal)
  expect(parentPath(path)).toBe(parent)
  expect(baseName(path)).toBe(name)
  expect(ancestors(path)).toEqual(above)
})

test('a path below a directory', () => {
  expect(joinPath('/', 'a')).toBe('/a')
  expect(joinPath('/a/', 'b/c')).toBe('/a/b/c')
})
