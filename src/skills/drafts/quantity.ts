/** Quantities of Kubernetes as texts (apimachinery's resource.Quantity). */

/** Cores, rounded up to a thousandth: `250m`, `2`. */
export function cpuText(cores: number): string {
  const milli = Math.max(1, Math.ceil(cores * 1000 - 1e-6))
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`
}

/** Bytes, rounded up to a mebibyte: `410Mi`, `2Gi`. */
export function memoryText(bytes: number): string {
  const mebibytes = Math.max(1, Math.ceil(bytes / 2 ** 20 - 1e-9))
  return mebibytes % 1024 === 0 ? `${mebibytes / 1024}Gi` : `${mebibytes}Mi`
}

/** In the unit of a resource, such as `requests.memory`: bytes for memory and storage, cores for cpu, else a count. */
export function quantityText(resource: string, amount: number): string {
  if (/(^|\.)(memory|storage|ephemeral-storage)$/.test(resource)) return memoryText(amount)
  return /(^|\.)cpu$/.test(resource) ? cpuText(amount) : String(Math.ceil(amount - 1e-9))
}
