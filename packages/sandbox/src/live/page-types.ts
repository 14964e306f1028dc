/** What the server tells the page, and what the page asks of the server. */
import type { Locale } from "../../page/locales.js";
import type { COMPONENT, OPTION } from "../../page/numbers.js";

/** Something of a kind: `Is<"button">["type"]` is 2. */
interface Is<Kind extends keyof typeof COMPONENT> {
  readonly type: (typeof COMPONENT)[Kind];
}

export interface PageUser {
  readonly id: string;
  readonly username: string;
  /** As it is shown. */
  readonly name: string;
  readonly bot: boolean;
  /** Of the role that colours the name; 0: none. */
  readonly color: number;
  readonly locale: Locale;
  /** Has installed the bot for themselves. */
  readonly hasApp: boolean;
}

interface PageGuild {
  readonly id: string;
  readonly name: string;
  readonly preferred_locale: Locale;
}

export interface PageRole {
  readonly id: string;
  readonly name: string;
  readonly color: number;
}

/** A channel, a thread or a direct message. */
export interface PageChannel {
  readonly id: string;
  readonly type: number;
  /** A direct message has none. */
  readonly name?: string;
  readonly topic?: string | null;
  readonly position?: number;
  readonly parent_id?: string | null;
  readonly owner_id?: string;
  /** A direct message has none. */
  readonly guild_id?: string;
  /** Of a direct message with the bot. */
  readonly recipient_id: string | null;
  /** Of a direct message: all of them, or the one that the bot talks to. */
  readonly recipients?: readonly { readonly id: string }[];
  /** Of a thread. */
  readonly thread_metadata?: { readonly archived: boolean; readonly locked: boolean };
  /** User id -> bits, in decimal. */
  readonly permissions: Readonly<Record<string, string>>;
}

export interface PageThread extends PageChannel {
  readonly name: string;
  readonly parent_id: string;
  readonly owner_id: string;
  readonly thread_metadata: NonNullable<PageChannel["thread_metadata"]>;
}

export interface PageMedia {
  readonly url: string;
  readonly width?: number | null;
  readonly height?: number | null;
}

export interface PageAttachment extends PageMedia {
  readonly filename: string;
  readonly size: number;
  readonly content_type?: string;
  readonly description?: string;
  readonly flags: number;
}

export interface PageEmbed {
  readonly title?: string;
  readonly description?: string;
  readonly url?: string;
  readonly color?: number | null;
  readonly author?: { readonly name: string };
  readonly footer?: { readonly text: string };
  readonly fields?: readonly { readonly name: string; readonly value: string; readonly inline?: boolean }[];
  readonly image?: PageMedia;
  readonly thumbnail?: PageMedia;
}

export interface PageChoice {
  readonly value: string;
  readonly label: string;
  readonly description?: string;
  readonly default?: boolean;
}

export interface ButtonData extends Is<"button"> {
  readonly style: number;
  readonly label?: string;
  readonly emoji?: { readonly name: string };
  readonly url?: string;
  readonly custom_id?: string;
  readonly disabled?: boolean;
}

export interface SelectData extends Is<
  "stringSelect" | "userSelect" | "roleSelect" | "mentionableSelect" | "channelSelect"
> {
  readonly custom_id: string;
  readonly placeholder?: string;
  readonly min_values?: number;
  readonly max_values?: number;
  readonly disabled?: boolean;
  readonly required?: boolean;
  /** Of a string select. */
  readonly options?: readonly PageChoice[];
  /** Of the others: what is chosen from the start. */
  readonly default_values?: readonly { readonly id: string }[];
  /** Of a channel select: absent for every kind. */
  readonly channel_types?: readonly number[];
}

/** What is said of a picture. */
export interface PictureWords {
  readonly description?: string | null | undefined;
  readonly spoiler?: boolean;
}

interface ThumbnailData extends Is<"thumbnail">, PictureWords {
  readonly media: PageMedia;
}

interface RowData extends Is<"actionRow"> {
  readonly components: readonly (ButtonData | SelectData)[];
}

interface SectionData extends Is<"section"> {
  readonly components: readonly TextData[];
  readonly accessory: ButtonData | ThumbnailData;
}

interface TextData extends Is<"textDisplay"> {
  readonly content: string;
}

interface GalleryItem extends PictureWords {
  readonly media: PageMedia;
}

export interface GalleryData extends Is<"mediaGallery"> {
  readonly items: readonly GalleryItem[];
}

interface FileData extends Is<"file"> {
  readonly file: PageMedia;
}

interface SeparatorData extends Is<"separator"> {
  readonly divider?: boolean;
  readonly spacing?: number;
}

interface ContainerData extends Is<"container"> {
  readonly components: readonly PageComponent[];
  readonly accent_color?: number | null;
  readonly spoiler?: boolean;
}

/** A component of a message. */
export type PageComponent =
  | RowData
  | ButtonData
  | SelectData
  | SectionData
  | TextData
  | ThumbnailData
  | GalleryData
  | FileData
  | SeparatorData
  | ContainerData;

/** What fields of a modal have in common. `label` stands there in modals without label components. */
interface FieldData {
  readonly custom_id: string;
  readonly label?: string;
  readonly required?: boolean;
}

export interface TextInputData extends Is<"textInput">, FieldData {
  readonly style: number;
  readonly value?: string;
  readonly placeholder?: string;
  readonly min_length?: number;
  readonly max_length?: number;
}

export interface FileUploadData extends Is<"fileUpload">, FieldData {
  readonly min_values?: number;
  readonly max_values?: number;
  readonly file_types?: readonly string[];
}

export interface GroupData extends Is<"radioGroup" | "checkboxGroup">, FieldData {
  readonly options: readonly PageChoice[];
}

interface TickData extends Is<"checkbox">, FieldData {
  readonly default?: boolean;
}

export type ModalField = TextInputData | FileUploadData | GroupData | TickData | (SelectData & FieldData);

interface LabelData extends Is<"label"> {
  readonly label: string;
  readonly description?: string;
  readonly component: ModalField;
}

interface InputRowData extends Is<"actionRow"> {
  readonly components: readonly [TextInputData];
}

export interface PageModal {
  readonly interaction_id: string;
  readonly title: string;
  readonly components: readonly (TextData | LabelData | InputRowData)[];
}

export interface PageMessage {
  readonly id: string;
  readonly channel_id: string;
  readonly type: number;
  readonly author: { readonly id: string; readonly bot?: boolean };
  readonly content: string;
  readonly timestamp: string;
  readonly edited_timestamp: string | null;
  readonly flags: number;
  readonly mention_everyone: boolean;
  readonly mentions: readonly { readonly id: string }[];
  readonly attachments: readonly PageAttachment[];
  readonly embeds: readonly PageEmbed[];
  readonly components: readonly PageComponent[];
  readonly interaction_metadata?: {
    readonly name?: string;
    readonly command_type?: number;
    readonly user: { readonly id: string };
  };
  readonly message_reference?: { readonly channel_id: string; readonly message_id?: string };
  /** Who reacted, by emoji. */
  readonly reactors: readonly { readonly emoji: string; readonly users: readonly string[] }[];
  /** Whom alone it is shown to. */
  readonly ephemeral_for: string | null;
}

/** Locale -> text. */
type PageDictionary = Readonly<Record<string, string>> | null;

/** Of a command, an option or a choice. */
export interface PageNamed {
  readonly name: string;
  readonly name_localizations?: PageDictionary;
}

export interface PageDescribed extends PageNamed {
  readonly description: string;
  readonly description_localizations?: PageDictionary;
}

interface PageOptionChoice extends PageNamed {
  readonly value: string | number;
}

export interface PageOption extends PageDescribed {
  readonly type: (typeof OPTION)[keyof typeof OPTION];
  readonly required?: boolean;
  readonly choices?: readonly PageOptionChoice[];
  readonly autocomplete?: boolean;
  readonly min_value?: number;
  readonly max_value?: number;
  readonly min_length?: number;
  readonly max_length?: number;
  readonly file_types?: readonly string[];
  /** Of a subcommand or a group of them. */
  readonly options?: readonly PageOption[];
}

export interface PageCommand extends PageDescribed {
  readonly type?: number;
  readonly options?: readonly PageOption[];
  readonly default_member_permissions?: string | null;
  /** Where it is offered; everywhere when it is left out. */
  readonly contexts?: readonly number[] | null;
  /** By whose installation; a server's alone when it is left out. */
  readonly integration_types?: readonly number[];
}

/** A ready way to try a command, with the addresses of its pictures. */
export interface PageTry {
  readonly label: string;
  readonly command: string;
  readonly files: readonly { readonly option: string; readonly name: string; readonly url: string }[];
}

/** Everything, for a page that has just been opened. */
export interface PageState {
  readonly guild: PageGuild;
  /** Servers that the bot is no member of. */
  readonly strangers: readonly { readonly id: string; readonly name: string }[];
  readonly botId: string;
  readonly botOnline: boolean;
  readonly cdnBase: string;
  readonly maxUploadBytes: number;
  readonly users: readonly PageUser[];
  readonly roles: readonly PageRole[];
  readonly channels: readonly PageChannel[];
  readonly messages: readonly PageMessage[];
  readonly commands: readonly PageCommand[];
  readonly tries: readonly PageTry[];
}

/** A frame of the page's WebSocket. */
export type PageUpdate =
  | { readonly type: "state"; readonly state: PageState }
  | { readonly type: "message"; readonly message: PageMessage }
  | { readonly type: "message-deleted"; readonly id: string; readonly channel_id: string }
  | { readonly type: "channel"; readonly channel: PageChannel }
  | { readonly type: "channel-deleted"; readonly id: string }
  | { readonly type: "user"; readonly user: PageUser }
  | { readonly type: "guild"; readonly guild: PageGuild }
  | { readonly type: "typing"; readonly channel_id: string; readonly user_id: string }
  | { readonly type: "commands"; readonly commands: readonly PageCommand[] }
  | { readonly type: "bot"; readonly online: boolean };

/** What the server answers to a deed; which of these depends on the deed. */
export interface PageAnswer {
  /** The bot answered with a modal. */
  readonly modal?: PageModal;
  readonly choices?: readonly { readonly name: string; readonly value: string | number }[];
  /** The direct channel. */
  readonly channel?: string;
  readonly error?: string;
}
