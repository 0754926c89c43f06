import { describe, expect, it } from 'vitest'
import { MARKER } from '../../src/ha/marker.ts'
import { setups } from './fixtures.ts'
import { renderFor } from './render.ts'

/** `npx vitest run test/ha/golden.test.ts -u` writes the files anew: read their diff before keeping it. */
describe('the bundled templates', () => {
  for (const [name, { input, host }] of Object.entries(setups)) {
    for (const file of ['haproxy.cfg', 'keepalived.conf']) {
      if (name === 'keepalived-only' && file === 'haproxy.cfg') continue
      it(`${name}: ${file}`, async () => {
        const text = renderFor(`${file}.hbs`, input, host)
        await expect(text).toMatchFileSnapshot(`golden/${name}.${file}`)
        expect(text.split('\n')[0]).toContain(MARKER)
        expect(text).not.toMatch(/undefined|\[object|NaN/)
      })
    }
  }

  it.each(['hakube-check.sh', 'haproxy-unit.conf', 'keepalived-unit.conf'])('%s', async (file) => {
    const text = renderFor(`${file}.hbs`, setups['stacked']!.input, 'm1')
    await expect(text).toMatchFileSnapshot(`golden/${file}`)
    expect(text.split('\n').slice(0, 2).join('\n')).toContain(MARKER)
  })
})
