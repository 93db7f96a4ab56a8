import type { Analyzer } from './analyzer.ts'
import { isBuiltIn } from './provided.ts'
import { referencesOf } from './references.ts'
import { called, fieldOf, sentences } from './wording.ts'

const mostBytes = 1024 * 1024

/** ConfigMaps that nobody uses, with nothing or too much in them: worth tidying up, hardly ever the cause. */
export const configMapOdd: Analyzer = {
  name: 'config-map-odd',
  finds: 'A ConfigMap is empty, larger than 1 MiB or used by no workload that is known.',
  unless: 'It is built in, or something that is no workload may read it; it is only a hint.',
  rules: ['config-map-empty', 'config-map-too-large', 'config-map-unused'],
  *look(view) {
    const used = new Set(
      view.workloads.flatMap(workload =>
        referencesOf(workload).flatMap(({ kind, name }) =>
          kind === 'ConfigMap' ? [`${workload.namespace}/${name}`] : [],
        ),
      ),
    )
    for (const object of view.cluster.all('ConfigMap')) {
      if (isBuiltIn('ConfigMap', object.name) || object.metadata.ownerReferences?.length) continue
      const isUsed = used.has(`${object.namespace}/${object.name}`)
      const { data, binaryData } = object.raw
      const values = [data, binaryData].flatMap(part =>
        part !== null && typeof part === 'object' ? Object.values(part) : [],
      )
      const bytes = values.reduce<number>(
        (sum, value) => sum + (typeof value === 'string' ? value.length : 0),
        0,
      )
      const common = { object, class: 'config' as const, observed: false }
      if (object.raw.data !== undefined && values.length === 0 && isUsed)
        yield {
          ...common,
          rule: 'config-map-empty',
          strength: 0.2,
          statement: sentences(`${called(object)} is empty, and a workload uses it`),
          evidence: [fieldOf(object, 'data', 'empty')],
        }
      if (bytes > mostBytes)
        yield {
          ...common,
          rule: 'config-map-too-large',
          strength: 0.6,
          statement: sentences(
            `${called(object)} holds ${bytes} bytes, more than the 1 MiB that the API server takes`,
          ),
          evidence: [fieldOf(object, 'data', `${bytes} bytes`)],
        }
      else if (!isUsed && view.within(object.namespace).length > 0)
        yield {
          ...common,
          rule: 'config-map-unused',
          strength: 0.05,
          statement: sentences(`${called(object)} is used by no workload that is known`),
          evidence: [fieldOf(object, 'metadata.name', object.name)],
        }
    }
  },
}
