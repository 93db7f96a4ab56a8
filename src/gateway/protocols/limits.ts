/** More than any honest request has; what is above is refused before anything is done for it. */
export const maxMessages = 4096
export const maxParts = 4096
export const maxTools = 1024
export const maxToolCalls = 1024
export const maxInputs = 8192
export const maxChoices = 128
