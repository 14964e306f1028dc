/** The token that stands for a learned style in a prompt: the asterisk, as in the papers. */
export const STYLE_TOKEN = "*";
