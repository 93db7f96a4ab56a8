import type { NotificationChannel } from '../../api/kinds/notification-channel.ts'

type QuietHours = NonNullable<NotificationChannel['spec']['quietHours']>

/**
 * Whether a moment falls into quiet hours by the clocks of their time zone; equal ends mean never.
 * @param at milliseconds since the Unix epoch
 * @throws RangeError when there is no such time zone
 */
export function isQuiet({ from, to, timeZone }: QuietHours, at: number): boolean {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const now = format.format(at)
  return from <= to ? from <= now && now < to : from <= now || now < to
}
