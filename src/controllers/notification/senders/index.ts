import type { Sender } from '../sender.ts'
import { pagerduty } from './pagerduty.ts'
import { slack } from './slack.ts'
import { smtp } from './smtp.ts'
import { webhook } from './webhook.ts'

export const senders: readonly Sender[] = [webhook, slack, pagerduty, smtp]
