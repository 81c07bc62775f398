using System.Globalization;

namespace PgWorkflows.Server.Access;

/// <summary>The settings of the server itself.</summary>
/// <param name="AllowPlainHttp">Listening beyond loopback without HTTPS is allowed, because something in front of us encrypts.</param>
/// <param name="SessionIdle">A signed-in browser that asks nothing for so long has to sign in again.</param>
/// <param name="AllowMetadataAddresses">Workflows may send requests to the addresses where clouds keep credentials.</param>
internal sealed record ServerOptions(bool AllowPlainHttp, TimeSpan SessionIdle, bool AllowMetadataAddresses = false)
{
    public const string Section = "PgWorkflows:Server";

    private static readonly string[] Known = [nameof(AllowPlainHttp), nameof(SessionIdle), nameof(AllowMetadataAddresses)];

    /// <exception cref="ServerConfigurationException">At least one setting is wrong; the message has all problems.</exception>
    public static ServerOptions Read(IConfiguration configuration)
    {
        var problems = new List<string>();
        var section = configuration.GetSection(Section);
        foreach (var key in section.GetChildren().Where(key => !Known.Contains(key.Key, StringComparer.OrdinalIgnoreCase)))
            problems.Add($"{key.Path} is unknown. Known are: {string.Join(", ", Known)}.");

        var allow = false;
        if (section[nameof(AllowPlainHttp)] is { } given && !bool.TryParse(given, out allow))
            problems.Add($"{Section}:{nameof(AllowPlainHttp)} is '{given}'. Write true or false.");

        var idle = TimeSpan.FromHours(8);
        if (section[nameof(SessionIdle)] is { } span
            && !(TimeSpan.TryParse(span, CultureInfo.InvariantCulture, out idle) && idle >= TimeSpan.FromMinutes(1) && idle <= TimeSpan.FromDays(7)))
            problems.Add($"{Section}:{nameof(SessionIdle)} is '{span}'. Write a time from 00:01:00 to 7.00:00:00.");

        var metadata = false;
        if (section[nameof(AllowMetadataAddresses)] is { } word && !bool.TryParse(word, out metadata))
            problems.Add($"{Section}:{nameof(AllowMetadataAddresses)} is '{word}'. Write true or false.");

        return problems.Count == 0 ? new(allow, idle, metadata) : throw new ServerConfigurationException(problems);
    }
}

/// <summary>The server cannot start as it is configured.</summary>
internal sealed class ServerConfigurationException(IReadOnlyList<string> problems) : Exception(string.Join(Environment.NewLine, problems));
