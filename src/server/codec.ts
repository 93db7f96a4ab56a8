import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { ApiError } from '../api/errors.ts'
import type { Key } from '../store/store.ts'
import { writePrivateFile } from './private-file.ts'

/** Turns an object's text into what the store keeps, and back. */
export interface Codec {
  encode(key: Key, text: string): string
  decode(key: Key, value: string): string
}

const version = 'aes-256-gcm.1:'
const ivLength = 12
const tagLength = 16

/**
 * AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce; the object's key is authenticated with the text, so a value
 * moved to another name does not decrypt.
 * @param secret 32 bytes
 */
export function encryptingCodec(secret: Uint8Array): Codec {
  if (secret.length !== 32) throw new RangeError(`an encryption key has 32 bytes, this one ${secret.length}`)
  return {
    encode(key, text) {
      const iv = randomBytes(ivLength)
      const cipher = createCipheriv('aes-256-gcm', secret, iv).setAAD(bound(key))
      const sealed = [iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]
      return version + Buffer.concat(sealed).toString('base64')
    },
    decode(key, value) {
      try {
        if (!value.startsWith(version)) throw new Error('not encrypted')
        const sealed = Buffer.from(value.slice(version.length), 'base64')
        const decipher = createDecipheriv('aes-256-gcm', secret, sealed.subarray(0, ivLength))
          .setAAD(bound(key))
          .setAuthTag(sealed.subarray(-tagLength))
        return (
          decipher.update(sealed.subarray(ivLength, -tagLength), undefined, 'utf8') + decipher.final('utf8')
        )
      } catch (cause) {
        const name = `${key.resource} ${key.namespace}/${key.name}`
        const message = `cannot decrypt ${name}; restore the encryption key this state was written with`
        throw new ApiError('InternalError', `Internal error occurred: ${message}`, {}, { cause })
      }
    },
  }
}

const bound = ({ resource, namespace, name }: Key): Buffer =>
  Buffer.from(JSON.stringify([resource, namespace, name]))

/**
 * The key in a file, made (mode 0600) when absent.
 * @throws Error when the file holds no key; a new one would make every stored secret unreadable
 */
export function encryptionKey(file: string): Uint8Array {
  if (!existsSync(file)) writePrivateFile(file, `${randomBytes(32).toString('base64')}\n`)
  const secret = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64')
  if (secret.length !== 32)
    throw new Error(`cannot read an encryption key from ${file}; restore the file from a backup`)
  return secret
}
