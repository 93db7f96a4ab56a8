/** Where Anthropic clients ask how large a request is; the body is that of a message, the answer `{input_tokens}`. */
export const countTokensPath = '/v1/messages/count_tokens'
