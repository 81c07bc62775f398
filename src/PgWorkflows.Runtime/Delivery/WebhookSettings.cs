using Microsoft.Extensions.Configuration;

namespace PgWorkflows.Runtime.Delivery;

/// <summary>Where a web hook is and how it is signed.</summary>
/// <param name="Url">An https address, or an http one on this machine.</param>
/// <param name="Secret">The key of the signatures.</param>
/// <param name="Events">Which events it is told.</param>
public sealed record WebhookSettings(Uri Url, byte[] Secret, WebhookEvents Events)
{
    private const int ShortestSecret = 16;
    private const int LongestSecret = 4096;
    private static readonly string[] Known = ["url", "secretFile", "events"];

    /// <summary>Reads the section; null when there is none, or when something is wrong with it.</summary>
    internal static WebhookSettings? Read(IConfigurationSection section, ICollection<(string Key, string Problem, string Cure)> problems)
    {
        if (!section.Exists())
            return null;
        var before = problems.Count;
        foreach (var key in section.GetChildren().Where(key => !Known.Contains(key.Key, StringComparer.OrdinalIgnoreCase)))
            problems.Add((key.Path, "is unknown", $"known are {string.Join(", ", Known)}"));

        if (!Uri.TryCreate(section["url"], UriKind.Absolute, out var url) || !(url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback)) || url.UserInfo.Length > 0)
            problems.Add(($"{section.Path}:url", "is missing, or is not an https address (http only on this machine) without a name and password", "write for example https://alerts.example/pgworkflows"));
        if (!Enum.TryParse<WebhookEvents>(section["events"] ?? nameof(WebhookEvents.Escalations), ignoreCase: true, out var events) || !Enum.IsDefined(events))
            problems.Add(($"{section.Path}:events", $"is '{section["events"]}'", "write escalations, errors or all"));
        var secret = ReadSecret(section["secretFile"], out var problem);
        if (problem is not null)
            problems.Add(($"{section.Path}:secretFile", problem, "name a file, readable by PgWorkflows' user only, with 16 or more random characters"));
        return problems.Count == before ? new(url!, secret, events) : null;
    }

    private static byte[] ReadSecret(string? file, out string? problem)
    {
        problem = null;
        try
        {
            if (string.IsNullOrWhiteSpace(file))
                problem = "is missing";
            else if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0)
                problem = $"'{file}' may be read by others than its owner";
            else if (new FileInfo(file).Length is < ShortestSecret or > LongestSecret)
                problem = $"'{file}' has {new FileInfo(file).Length} bytes";
            else
                return System.Text.Encoding.UTF8.GetBytes(File.ReadAllText(file).Trim());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"'{file}' cannot be read: {e.Message.TrimEnd('.')}";
        }

        return [];
    }
}
