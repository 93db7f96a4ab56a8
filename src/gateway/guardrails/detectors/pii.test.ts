import { detectorContract } from '../detector.contract.ts'
import { pii } from './pii.ts'

detectorContract({
  detector: pii,
  options: undefined,
  found: [
    { text: 'pay with 4111 1111 1111 1111 please', zone: 'user', reason: 'CREDIT_CARD' },
    { text: 'write to Anna.Keller+news@mail.example.org.', zone: 'document', reason: 'EMAIL_ADDRESS' },
    { text: 'IBAN: DE89 3704 0044 0532 0130 00', zone: 'tool', reason: 'IBAN_CODE' },
    { text: 'reach me at (212) 555-0123', zone: 'output', reason: 'PHONE_NUMBER' },
    { text: 'ring +41 44 668 18 00', zone: 'user', reason: 'PHONE_NUMBER' },
    { text: 'SSN 536-22-8841', zone: 'user', reason: 'US_SSN' },
    { text: 'blocked 203.0.113.7 today', zone: 'tool', reason: 'IP_ADDRESS' },
    { text: 'driver license: D1234-5678-9012', zone: 'user', reason: 'US_DRIVER_LICENSE' },
  ],
  clean: [
    { text: 'order 4111 1111 1111 1112 shipped', zone: 'user' },
    { text: 'IBAN: DE89 3704 0044 0532 0130 01', zone: 'tool' },
    { text: 'upgrade from version 1.2.3.4 to 1.2.3.5 now', zone: 'document' },
    { text: 'the SSN 000-12-3456 is never given out', zone: 'document' },
    { text: 'on 2024-01-31 12:30:45 revenue was 1 234 567', zone: 'document' },
    { text: 'follow @keelway, ask user@localhost', zone: 'user' },
    { text: 'trace 550e8400-e29b-41d4-a716-446655440000', zone: 'tool' },
    { text: 'see std::vector and 10:20:30', zone: 'tool' },
  ],
  refused: [{ types: [] }, { types: ['SHOE_SIZE'] }, { kinds: ['EMAIL_ADDRESS'] }],
})
