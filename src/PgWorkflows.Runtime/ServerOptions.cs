using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace PgWorkflows.Runtime;

/// <summary>The settings of the server itself; read here so that <c>pgw doctor</c> finds the same mistakes as the server.</summary>
/// <param name="AllowPlainHttp">Listening beyond loopback without HTTPS is allowed, because something in front of us encrypts.</param>
/// <param name="SessionIdle">A signed-in browser that asks nothing for so long has to sign in again.</param>
/// <param name="AllowMetadataAddresses">Workflows may send requests to the addresses where clouds keep credentials.</param>
public sealed record ServerOptions(bool AllowPlainHttp, TimeSpan SessionIdle, bool AllowMetadataAddresses = false)
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "PgWorkflows:Server";

    private static readonly TimeSpan UsualIdle = TimeSpan.FromHours(8);
    private static readonly string[] Known = [nameof(AllowPlainHttp), nameof(SessionIdle), nameof(AllowMetadataAddresses)];

    /// <summary>Reads the section; what is wrong has its default.</summary>
    /// <param name="configuration">The whole configuration.</param>
    /// <param name="problems">Gets everything that is wrong, with key and cure.</param>
    public static ServerOptions Read(IConfiguration configuration, ICollection<(string Key, string Problem, string Cure)> problems)
    {
        var section = configuration.GetSection(Section);
        foreach (var key in section.GetChildren().Where(key => !Known.Contains(key.Key, StringComparer.OrdinalIgnoreCase)))
            problems.Add((key.Path, "is unknown", $"known are {string.Join(", ", Known)}"));

        var idle = UsualIdle;
        if (section[nameof(SessionIdle)] is { } span
            && !(TimeSpan.TryParse(span, CultureInfo.InvariantCulture, out idle) && idle >= TimeSpan.FromMinutes(1) && idle <= TimeSpan.FromDays(7)))
        {
            problems.Add(($"{Section}:{nameof(SessionIdle)}", $"is '{span}'", "write a time from 00:01:00 to 7.00:00:00"));
            idle = UsualIdle;
        }

        return new(Switch(nameof(AllowPlainHttp)), idle, Switch(nameof(AllowMetadataAddresses)));

        bool Switch(string name)
        {
            if (section[name] is not { } word)
                return false;
            if (!bool.TryParse(word, out var isOn))
                problems.Add(($"{Section}:{name}", $"is '{word}'", "write true or false"));
            return isOn;
        }
    }
}
