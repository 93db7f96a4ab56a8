import { FNV_OFFSET, FNV_PRIME } from './word-hash.ts'

void FNV_OFFSET
void FNV_PRIME
export function decodings(_text: string): readonly string[] {
  return []
}
