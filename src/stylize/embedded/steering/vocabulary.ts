/** Words and phrases that speak of style by themselves: media, techniques, movements, painters, palettes, light. */
import type { Sets } from "./adjectives.ts";
import type { Light, Medium } from "./steering-parameters.ts";
import { normalWord } from "./tokens.ts";

export interface Entry {
  readonly sets?: Sets;
  readonly medium?: Medium;
  /** A weak medium gives way to any other: `painting` means oil only where nothing else is said. */
  readonly weak?: boolean;
  /** Colours that the words imply. */
  readonly colours?: readonly string[];
  readonly light?: Partial<Light>;
  /** Counts only in a sentence that speaks of light. */
  readonly needsLight?: boolean;
}

const flatGraphic: Sets = { flatness: 0.9, edgeHardness: 0.85, texture: 0.1, impasto: 0 };
const drawn: Sets = { outlines: 0.7, impasto: 0 };
const chiaroscuro: Sets = { key: 0.22, contrast: 0.85, flatness: 0.05 };
const impressionist: Sets = {
  strokeLength: 0.28,
  strokeWidth: 0.5,
  disorder: 0.35,
  edgeHardness: 0.3,
  impasto: 0.5,
  texture: 0.6,
  key: 0.6,
};
const swirls: Sets = { curvature: 0.95, strokeLength: 0.75, impasto: 0.8, texture: 0.7, saturation: 0.68 };

const ENTRIES: readonly (readonly [phrases: string, entry: Entry])[] = [
  // Media
  ["oil painting|oil paint|oil on canvas|in oil|oil|acrylic|acrylic painting", { medium: "oil" }],
  ["painting|brushwork|canvas", { medium: "oil", weak: true }],
  [
    "in shaded tone|fine detail beside plain area",
    { medium: "oil", weak: true, sets: { texture: 0.3, impasto: 0.05 } },
  ],
  [
    "impasto|palette knife|thickly painted|thick paint|thick brushwork",
    { medium: "oil", weak: true, sets: { impasto: 0.95, texture: 0.75 } },
  ],
  [
    "visible brushwork|visible brushstroke|visible brush stroke|visible stroke",
    { medium: "oil", weak: true, sets: { texture: 0.6, impasto: 0.5 } },
  ],
  ["gouache|tempera", { medium: "oil", sets: { impasto: 0.05, flatness: 0.5, texture: 0.25 } }],
  ["fresco", { medium: "oil", sets: { impasto: 0.05, texture: 0.65, saturation: 0.38, edgeHardness: 0.4 } }],
  [
    "watercolor|watercolor painting|light wash|wash|wet on wet",
    { medium: "watercolour", sets: { opacity: 0.35, impasto: 0 } },
  ],
  ["watercolor like|watercolor like painting", { medium: "watercolour", sets: { opacity: 0.35, impasto: 0 } }],
  [
    "ink wash|sumi e|chinese ink|ink painting",
    { medium: "watercolour", sets: { saturation: 0.05, outlines: 0.35, opacity: 0.4 } },
  ],
  [
    "ink drawing|pen and ink|ink|line drawing|line art|pen drawing|calligraphy|manga|ink sketch|ink or pencil line drawing|line based drawing",
    { medium: "ink", sets: drawn },
  ],
  ["drawing|doodle", { medium: "ink", weak: true, sets: drawn }],
  [
    "pencil|pencil drawing|pencil sketch|graphite drawing|charcoal drawing|charcoal sketch|in charcoal|charcoal on paper",
    { medium: "pencil", sets: { outlines: 0.6, impasto: 0, texture: 0.6 } },
  ],
  ["sketch", { medium: "pencil", weak: true, sets: { outlines: 0.6, disorder: 0.35 } }],
  [
    "etching|engraving|drypoint|aquatint|lithograph|copperplate|intaglio",
    { medium: "etching", sets: { ...drawn, strokeWidth: 0.15 } },
  ],
  [
    "woodcut|linocut|lino cut|woodblock|wood block|woodblock print|block print|relief print|wood engraving",
    { medium: "woodcut", sets: { contrast: 0.92, edgeHardness: 0.95, impasto: 0 } },
  ],
  ["color woodblock print", { medium: "poster", sets: { ...flatGraphic, outlines: 0.55 } }],
  [
    "ukiyo e|japanese print|japanese woodblock|japanese woodblock print",
    { medium: "poster", sets: { ...flatGraphic, outlines: 0.55, saturation: 0.5 } },
  ],
  [
    "pastel drawing|pastel painting|pastel stroke|soft pastel drawing|oil pastel|in pastel|pastel on paper|pastel work|chalk|crayon|colored pencil|chalk pastel",
    { medium: "pastel", sets: { impasto: 0, texture: 0.75, edgeHardness: 0.3 } },
  ],
  [
    "pointillism|pointillist|pointillistic|divisionism|stippled|stipple|dot of color|small dot|tiny dot|dot of paint|seurat|signac",
    { medium: "pointillism", sets: { strokeLength: 0, disorder: 0.3 } },
  ],
  [
    "poster|screen print|silkscreen|graphic print|flat design|vector|vector art|cel shading|cel shaded|stencil|collage|paper cut|papercut|graphic design|flat graphic|flat illustration|graphic poster|graphic illustration",
    { medium: "poster", sets: flatGraphic },
  ],
  ["print", { medium: "poster", weak: true, sets: { flatness: 0.6 } }],
  [
    "cartoon|cartoonish|comic|comic book|anime|graphic novel",
    { medium: "poster", sets: { ...flatGraphic, outlines: 0.7, saturation: 0.7 } },
  ],
  [
    "pop art|warhol|lichtenstein",
    { medium: "poster", sets: { ...flatGraphic, saturation: 0.95, contrast: 0.8, outlines: 0.5 } },
  ],
  ["mosaic|mosaic tile|tessera", { medium: "mosaic", sets: { edgeHardness: 0.8 } }],
  ["stained glass", { medium: "mosaic", sets: { outlines: 0.9, saturation: 0.88, edgeHardness: 0.95 } }],
  ["pixel art|pixel|8 bit|16 bit|voxel", { medium: "pixel", sets: { flatness: 0.7, edgeHardness: 1 } }],
  [
    "photograph|photographic|photorealistic|photo|photorealism",
    { sets: { strokeWidth: 0.08, impasto: 0, texture: 0.1 } },
  ],
  // Techniques
  ["hatching|cross hatching|crosshatch", { sets: { outlines: 0.5, disorder: 0.1 } }],
  ["chiaroscuro|tenebrism", { sets: chiaroscuro, light: { centre: 0.6 } }],
  ["sfumato", { sets: { edgeHardness: 0.08, contrast: 0.4 } }],
  ["alla prima", { medium: "oil", sets: { impasto: 0.6, disorder: 0.4 } }],
  ["glaze|glazing", { sets: { opacity: 0.4 } }],
  ["following the form|follow the form", { sets: { angle: null, disorder: 0.05 } }],
  ["falling to the right", { sets: { angle: 135 } }],
  ["rising to the right", { sets: { angle: 45 } }],
  [
    "running in varied direction|in varied direction|in all direction|every direction",
    { sets: { angle: null, disorder: 0.6 } },
  ],
  [
    "smoothly modeled|smooth modeled|smoothly blended|smooth blended|airbrushed",
    { medium: "oil", weak: true, sets: { texture: 0.12, impasto: 0.03, edgeHardness: 0.3, flatness: 0.1 } },
  ],
  ["broken texture", { medium: "oil", weak: true, sets: { texture: 0.7, impasto: 0.3 } }],
  ["clear shape", { medium: "poster", weak: true, sets: { edgeHardness: 0.6, texture: 0.2 } }],
  ["pure color", { medium: "poster", weak: true, sets: { saturation: 0.9 } }],
  ["low key", { sets: { key: 0.18 } }],
  [
    "night scene|nocturnal|nocturne|at night|by night|moonlit|moonlight|in the dark|midnight",
    { sets: { key: 0.15, temperature: -0.6 }, colours: ["navy", "slate blue"] },
  ],
  [
    "golden light|golden hour|golden glow|candlelight|candlelit|warm glow|evening sun",
    { sets: { temperature: 0.75, key: 0.6 }, colours: ["amber", "golden yellow"], light: { centre: 0.5 } },
  ],
  ["at dawn|at sunrise|early morning", { sets: { temperature: 0.3, contrast: 0.35 }, colours: ["peach", "lavender"] }],
  ["stormy|thunderstorm|storm", { sets: { key: 0.3, contrast: 0.75 }, colours: ["slate grey", "charcoal"] }],
  ["mid key", { sets: { key: 0.5 } }],
  ["high key|sun drenched|sunlit", { sets: { key: 0.86 } }],
  [
    "realistic|realism|lifelike|naturalistic|true to life",
    { sets: { strokeWidth: 0.2, edgeHardness: 0.5, flatness: 0.05 } },
  ],
  ["dreamy|dreamlike|ethereal|atmospheric", { sets: { edgeHardness: 0.2, contrast: 0.38 } }],
  ["minimalist|minimalistic|minimalism", { sets: { flatness: 0.8, texture: 0.12 } }],
  // Palettes
  ["black and white|black on white", { sets: { saturation: 0 }, colours: ["black", "white"] }],
  [
    "sepia|sepia toned|sepia tone",
    { sets: { saturation: 0.25, temperature: 0.7 }, colours: ["sepia", "cream", "dark brown"] },
  ],
  [
    "earth tone|earthy tone|earthy palette|earthy color|earthy|earth color|earthy hue",
    { sets: { saturation: 0.4, temperature: 0.45 }, colours: ["ochre", "brown", "sienna", "olive", "umber"] },
  ],
  [
    "pastel color|pastel tone|pastel palette|pastel hue|pastel shade|pastel colored|pastel",
    { sets: { saturation: 0.4, key: 0.82, contrast: 0.35 } },
  ],
  ["primary color", { sets: { saturation: 0.85 }, colours: ["red", "yellow", "blue"] }],
  [
    "jewel tone|jewel like",
    { sets: { saturation: 0.85, key: 0.38 }, colours: ["emerald", "ultramarine", "crimson", "violet"] },
  ],
  [
    "autumn|autumnal|fall color",
    { sets: { temperature: 0.7 }, colours: ["rust", "ochre", "brown", "crimson", "olive"] },
  ],
  ["sunset", { sets: { temperature: 0.7 }, colours: ["orange", "coral", "plum", "golden yellow"] }],
  [
    "rainbow|multicolored|multi colored|kaleidoscopic",
    { sets: { saturation: 0.9 }, colours: ["red", "orange", "yellow", "green", "blue", "violet"] },
  ],
  ["complementary color|contrasting color", { sets: { contrast: 0.65, saturation: 0.65 } }],
  ["high saturation", { sets: { saturation: 0.85 } }],
  ["low saturation|desaturation", { sets: { saturation: 0.2 } }],
  // Light
  ["from the left", { light: { x: -1 }, needsLight: true }],
  ["from the right", { light: { x: 1 }, needsLight: true }],
  ["from above|from the top|overhead", { light: { y: 1 }, needsLight: true }],
  ["from below|from the bottom|underlit", { light: { y: -1 }, needsLight: true }],
  ["top is lighter|top is brighter|upper part is lighter", { light: { y: 0.7 } }],
  ["bottom is lighter|bottom is brighter|lower part is lighter", { light: { y: -0.7 } }],
  ["light gather in the center|bright center|glowing center|vignette|spotlight|spotlit", { light: { centre: 0.7 } }],
  ["dark center", { light: { centre: -0.7 } }],
  ["spread evenly|even light|even lighting|evenly light|ambient light", { light: { x: 0, y: 0, centre: 0 } }],
  ["backlit|back lit|silhouette", { sets: { contrast: 0.75 }, light: { centre: -0.5 } }],
  // Movements and painters
  ["impressionist|impressionistic|impressionism|monet|renoir|pissarro|sisley", { medium: "oil", sets: impressionist }],
  [
    "post impressionist|post impressionism|cezanne|gauguin",
    { medium: "oil", sets: { strokeWidth: 0.6, strokeLength: 0.5, flatness: 0.35, outlines: 0.25, impasto: 0.45 } },
  ],
  ["van gogh|vincent van gogh|starry night", { medium: "oil", sets: swirls }],
  [
    "expressionist|expressionistic|expressionism|munch|kirchner",
    { medium: "oil", sets: { contrast: 0.68, saturation: 0.7, curvature: 0.75, strokeWidth: 0.7, strokeLength: 0.75 } },
  ],
  [
    "fauvism|fauvist|fauve|matisse|derain",
    { medium: "oil", sets: { saturation: 0.95, strokeWidth: 0.75, flatness: 0.4 } },
  ],
  [
    "cubism|cubist|picasso|braque",
    { medium: "oil", sets: { flatness: 0.55, edgeHardness: 0.85, curvature: 0.05, outlines: 0.35 } },
  ],
  [
    "de stijl|neoplasticism|mondrian",
    {
      medium: "poster",
      sets: { ...flatGraphic, outlines: 0.9, curvature: 0 },
      colours: ["white", "red", "blue", "yellow"],
    },
  ],
  ["abstract|abstraction|abstract expressionism", { sets: { strokeWidth: 0.85 } }],
  [
    "baroque|caravaggio|rembrandt",
    { medium: "oil", sets: { ...chiaroscuro, temperature: 0.5, strokeWidth: 0.35 }, light: { centre: 0.5 } },
  ],
  [
    "renaissance|old master",
    { medium: "oil", sets: { strokeWidth: 0.15, texture: 0.15, impasto: 0.05, edgeHardness: 0.35 } },
  ],
  ["romantic|romanticism|romanticist", { medium: "oil", weak: true, sets: { contrast: 0.6, edgeHardness: 0.35 } }],
  ["turner", { medium: "oil", sets: { edgeHardness: 0.08, strokeWidth: 0.65, key: 0.62, temperature: 0.4 } }],
  ["art nouveau|mucha", { medium: "poster", sets: { flatness: 0.7, outlines: 0.65, curvature: 0.85 } }],
  ["art deco", { medium: "poster", sets: { ...flatGraphic, curvature: 0.1 } }],
  ["klimt", { medium: "mosaic", sets: { saturation: 0.65 }, colours: ["gold", "ochre", "black", "emerald"] }],
  [
    "hokusai|hiroshige",
    {
      medium: "poster",
      sets: { ...flatGraphic, outlines: 0.55 },
      colours: ["prussian blue", "cream", "slate blue", "tan"],
    },
  ],
  ["durer|dore", { medium: "etching", sets: drawn }],
];

const entries = new Map<string, Entry>();
for (const [phrases, entry] of ENTRIES) {
  for (const phrase of phrases.split("|")) entries.set(phrase.split(" ").map(normalWord).join(" "), entry);
}

/** The entry of a phrase of normalised words, if it has one. */
export const entryOf = (phrase: string): Entry | undefined => entries.get(phrase);

/** Words in the longest phrase. */
export const LONGEST_PHRASE = Math.max(...[...entries.keys()].map((phrase) => phrase.split(" ").length));
