import { detectorContract } from '../detector.contract.ts'
import { language } from './language.ts'

detectorContract({
  detector: language,
  options: { allowed: ['en', 'de'] },
  found: [
    {
      text: 'Bonjour, comment puis-je réinitialiser mon mot de passe ?',
      zone: 'user',
      reason: 'language-fr',
    },
    { text: '你好，我想取消我的订单，谢谢', zone: 'user', reason: 'language-zh' },
    { text: 'Здравствуйте, как мне отменить заказ?', zone: 'output', reason: 'language-ru' },
  ],
  clean: [
    { text: 'I need help with my order, it has not arrived yet', zone: 'user' },
    { text: 'Wie kann ich mein Passwort zurücksetzen?', zone: 'user' },
    { text: 'merci!', zone: 'user' },
    { text: '12345 https://exemple.fr/une/page?quelle=page', zone: 'tool' },
    { text: '', zone: 'document' },
  ],
  refused: [{}, { allowed: [] }, { allowed: ['english'] }],
})
