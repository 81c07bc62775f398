namespace PgWorkflows.Server.Console;

/// <summary>The console's languages.</summary>
internal enum Language
{
    English,
    Japanese,
}

/// <summary>A text in both languages. What names a thing of the kit (ISP, quickCheck, an event's text) is the same in both and no text of ours.</summary>
internal sealed record Text(string English, string Japanese)
{
    public string In(Language language) => language == Language.Japanese ? Japanese : English;
}
