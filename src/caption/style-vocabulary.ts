/** Words that tell a sentence about style from one about what is depicted, with their weights. */

/** Speak of how a picture is made. Single words match their plurals; phrases match as written. */
export const STYLE_WORDS: Readonly<Record<string, number>> = weighed({
  3: "color scheme|color palette|palette|brushstroke|brush stroke|brushwork|impasto|linework|line work|line art|oil painting|watercolor|woodcut|etching|engraving|pointillism|art style|artistic style|painting style|visual style|style of the image|style of the painting|in the style of|chiaroscuro|crosshatching|cross hatching|hatching|color field|technique|oil paint",
  2: "light comes|light falls|light is spread|lighter than|darker than|style|stylized|color|hue|tone|tint|shade|shading|contrast|texture|textured|outline|contour|saturated|saturation|monochrome|monochromatic|greyscale|black and white|aesthetic|aesthetics|rendered|rendering|painterly|impressionist|impressionism|impressionistic|expressionist|expressionism|expressionistic|cubist|cubism|abstract|abstraction|surrealist|surrealism|surreal|realism|realistic|baroque|renaissance|romanticism|fauvist|fauvism|minimalist|minimalism|art nouveau|art deco|pop art|ukiyo e|anime|manga|cartoon|collage|illustration|engraved|sketch|pencil|charcoal|pastel|ink|acrylic|gouache|canvas|van gogh|monet|picasso|geometric|two dimensional|flat|blended|layered|stroke|digital art|colorful|tonal|modeled|depiction of form|simplified|exaggerated|distorted",
  1: "light|lighting|shadow|line|shape|form|pattern|composition|perspective|depth|mood|atmosphere|dreamlike|dreamy|ethereal|vibrant|vivid|muted|subdued|earthy|bold|bright|soft|warm|cool|dark|delicate|fluid|swirling|dynamic|expressive|dramatic|intricate|ornate|detail|detailed|edge|finish|surface|paint|painted|pigment|wash|gradient|harmony|harmonious|visual|artist|artistic|movement|rhythm|overall|gradation|highlight|emphasis|emphasize|evoke|evoking|accent|blurred|crisp|rough|smooth|thick|thin|loose|visible|decorative|symmetry|balance|angular|curved|organic|emotion|emotional|medium|spontaneity|transparency|angle|print|block|dot|grain|speckled",
});

/** Speak of what is to be seen: people, things, places, and the words that place them. */
export const CONTENT_WORDS: Readonly<Record<string, number>> = weighed({
  2: "woman|man|girl|boy|child|person|people|lady|couple|crowd|portrays|in the foreground|in the background|in the distance|on the left|on the right|on the left side|on the right side|left hand|right hand|wearing|holding|standing|sitting|seated|looking|gazing|walking|dressed|smiling|located|situated|positioned|adorned",
  1: "depicts|depict|show|showing|feature|featuring|capture|presents|hair|eye|face|hand|arm|lip|head|shoulder|mouth|nose|neck|dress|hat|shirt|coat|jacket|robe|collar|necklace|scarf|suit|helmet|dog|cat|horse|bird|animal|fish|cow|tree|forest|flower|grass|leaf|leaves|plant|field|garden|house|building|tower|church|castle|bridge|street|city|village|town|road|path|window|door|wall|roof|table|chair|vase|fruit|apple|bottle|cup|bowl|book|boat|ship|sail|river|sea|ocean|lake|wave|water|beach|mountain|hill|valley|sky|cloud|sun|moon|star|snow|rain|room|car|train|skyscraper|pedestrian|figure|character|umbrella|bench|fence|flag|rocket|lantern|guitar|left|right|behind|beneath|beside|next to|foreground|background|surrounded|stretch|stand|sit|wear|hold|look|appear to be|expression|gaze|pose|scene|landscape|skyline|horizon|shore|bouquet|body|long|young|old|several|two|three|a few|numerous",
});

/** Colours count for style unless they colour a thing ("brown hair"). */
export const COLOUR_WEIGHT = 0.8;

function weighed(groups: Readonly<Record<number, string>>): Record<string, number> {
  const words: Record<string, number> = {};
  for (const [weight, list] of Object.entries(groups)) for (const word of list.split("|")) words[word] = Number(weight);
  return words;
}
