import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { renderValue } from '../../src/jinja/index.ts'
import { dict, toJson } from '../../src/value.ts'
import { lazyScope, PLACE } from './scope.ts'

interface Recorded {
  pem: string
  info: Record<string, unknown>
}

/** A certificate, and what community.crypto 2.14 tells of it. */
const { pem, info }: Recorded = JSON.parse(readFileSync(new URL('certificate.json', import.meta.url), 'utf8'))

const value = (text: string) => renderValue(text, PLACE, lazyScope(dict({ pem })))

test('a certificate is told as by community.crypto', () => {
  const told = toJson(value('{{ pem | community.crypto.x509_certificate_info }}'))
  expect(told).toMatchObject({ ...info, serial_number: expect.anything() })
  expect(value("{{ (pem | x509_certificate_info).serial_number ~ '' }}")).toBe(info['serial_number'])
  // As kubespray puts it into the configuration of kubeadm.
  expect(
    value("sha256:{{ (pem | x509_certificate_info).public_key_fingerprints.sha256.replace(':', '') }}"),
  ).toMatch(/^sha256:[0-9a-f]{64}$/)
})

test.each([
  ['no certificate', 'x'],
  ['one that is cut', pem.slice(0, 200)],
])('%s is refused', (_, text) => {
  const scope = lazyScope(dict({ pem: text }))
  expect(() => renderValue('{{ pem | x509_certificate_info }}', PLACE, scope)).toThrow(
    /this is no certificate/,
  )
})
