/** Where Anthropic clients ask how large a request is; its body is that of a message. */
export const countTokensPath = '/v1/messages/count_tokens'

export const countTokensBody = (tokens: number): string => JSON.stringify({ input_tokens: tokens })
