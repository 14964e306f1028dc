/** A bot as anybody writes one. Only its token and where its Discord is come from outside. */
import { ButtonStyle, Client, ComponentType, Events, type Interaction, type RESTOptions } from "discord.js";

const name = { type: 3, name: "name", description: "Whom to greet", required: true } as const;
const COMMANDS = [{ name: "greet", description: "Greets somebody in a thread of their own", options: [name] }];
const wave = { type: ComponentType.Button, style: ButtonStyle.Primary, customId: "wave", label: "Wave back" } as const;

async function answer(interaction: Interaction): Promise<void> {
  if (interaction.isButton()) await interaction.reply(`${interaction.user.displayName} waves back`);
  if (!interaction.isChatInputCommand()) return;
  const whom = interaction.options.getString("name", true);
  await interaction.reply({ content: `Hello ${whom}`, components: [{ type: 1, components: [wave] }] });
  const thread = await (await interaction.fetchReply()).startThread({ name: `For ${whom}` });
  await thread.send("Make yourself at home");
}

export async function startBot(token: string, rest: Partial<RESTOptions> = {}): Promise<Client> {
  const client = new Client({ intents: ["Guilds"], rest });
  client.on(Events.InteractionCreate, (interaction) => void answer(interaction));
  client.once(Events.ClientReady, (ready) => void ready.application.commands.set(COMMANDS));
  await client.login(token);
  return client;
}
