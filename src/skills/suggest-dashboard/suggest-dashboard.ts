import { z } from 'zod'
import { Incident } from '../../api/kinds/incident.ts'
import { Monitor } from '../../api/kinds/monitor.ts'
import { resourceOfSlo } from '../../telemetry/slo/event-source.ts'
import { answerFields, draftOf, nothing } from '../drafts/answer.ts'
import { deliveryPermission } from '../drafts/declared.ts'
import { deliveryOf, noDelivery } from '../drafts/documents.ts'
import { incident, service } from '../drafts/moment.ts'
import { count, plain, slug } from '../drafts/words.ts'
import type { Skill } from '../skill.ts'
import { dashboardOf } from './dashboard.ts'

const Input = z.object({
  service: service(),
  incident: incident(),
  route: z.string().max(253).optional().describe('ModelRoute to show.'),
})

const Output = z.object({
  ...answerFields,
  file: z.string().optional().describe('Where it is kept.'),
  monitors: z.array(z.string()).default([]).describe('Monitors that it shows.'),
  without: z.array(z.string()).default([]).describe('Services that no Monitor watches.'),
})

const most = { services: 10, monitors: 20 } as const

/** A Grafana dashboard of the objectives of services, as JSON in Git. */
export const suggestDashboard: Skill<typeof Input, typeof Output> = {
  name: 'suggest-dashboard',
  summary: 'Proposes a Grafana dashboard with the objectives of services, as a file in Git.',
  risk: 'propose',
  input: Input,
  output: Output,
  permissions: [
    { reads: 'repository' },
    deliveryPermission,
    { objects: 'keelway.dev/v1alpha1/Incident' },
    { objects: 'keelway.dev/v1alpha1/Monitor' },
  ],
  phrases: [
    'make a dashboard for {service}',
    'grafana dashboard of {service}',
    'show error budgets of {service} in grafana',
    'a dashboard for {incident}',
    'put the objectives of {service} on a screen',
    'visualise {service}',
    'dashboard of route {route}',
    'generate grafana panels for {service}',
    'what should we look at during {incident}, as a dashboard',
    'board with burn rates for {service}',
    'monitoring screen for route {route}',
    'chart the slo of {service}',
  ],
  async run(input, context) {
    const { namespace } = context
    const found =
      input.incident === undefined
        ? undefined
        : await context.objects.find(Incident, input.incident, namespace)
    if (input.incident !== undefined && !found)
      return nothing(`There is no Incident ${plain(input.incident)} in namespace ${namespace}.`)
    const named = [...(found?.spec.services ?? []), input.service, input.route].filter(
      one => one !== undefined,
    )
    const all = (await context.objects.list(Monitor, namespace)).filter(({ spec }) => spec.slo !== undefined)
    const serviceOf = ({ spec }: Monitor) => (spec.slo ? resourceOfSlo(spec.slo, namespace).service : '')
    const services =
      named.length > 0 ? [...new Set(named)].slice(0, most.services) : [...new Set(all.map(serviceOf))]
    const monitors = all
      .filter(monitor => services.includes(serviceOf(monitor)))
      .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
      .slice(0, most.monitors)
    const without = services.filter(one => !monitors.some(monitor => serviceOf(monitor) === one))
    if (monitors.length === 0)
      return {
        output: {
          outcome: 'nothing',
          without,
          text: `No Monitor watches ${without.map(one => plain(one, 80)).join(', ') || 'anything here'}, so there is nothing to draw. Make one: suggest-alert, or keelway monitor --help.`,
        },
      }
    const delivery = await deliveryOf(context, services)
    if (delivery === undefined) return nothing(noDelivery(namespace))
    const name = input.incident ?? input.service ?? input.route ?? namespace
    const file = `docs/dashboards/${slug(name)}.json`
    const content = `${JSON.stringify(dashboardOf(`Objectives of ${plain(name, 100)}`, monitors), null, 2)}\n`
    const names = monitors.map(({ metadata }) => metadata.name)
    if ((await context.repository.read(delivery, file)) === content)
      return {
        output: { outcome: 'nothing', file, monitors: names, without, text: `${file} shows that already.` },
      }
    const missing =
      without.length === 0
        ? ''
        : ` Not watched, and so not shown: ${without.map(one => plain(one, 80)).join(', ')}.`
    const text = `Dashboard of ${count(monitors.length, 'objective')} (${names.join(', ')}) in ${file}; import it in Grafana 10 or later.${missing}`
    const [first = ''] = services
    const draft = draftOf({
      delivery,
      title: `Add dashboard of ${plain(name, 80)}`,
      why: text,
      skill: 'suggest-dashboard',
      ...(input.incident !== undefined && { incident: input.incident }),
      evidence: monitors.map(({ metadata, spec }) => ({
        source: `Monitor ${metadata.name}`,
        detail: `${spec.slo?.objective} % in ${spec.slo?.window}`,
      })),
      changes: [{ file, content }],
      expected: {
        signal:
          input.incident === undefined
            ? { service: first, figure: 'rate', above: 0 }
            : { incident: input.incident },
        within: '24h',
      },
      risks: ['It shows something only where Prometheus has the rules of keelway monitor rules.'],
    })
    return { output: { outcome: 'proposed', text, file, monitors: names, without }, drafts: [draft] }
  },
}
