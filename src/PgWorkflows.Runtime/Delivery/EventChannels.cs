using Microsoft.Extensions.Configuration;

namespace PgWorkflows.Runtime.Delivery;

/// <summary>The channels that a configuration switches on; the one that the platform has is on unless it is switched off.</summary>
public static class EventChannels
{
    /// <summary>The section of the switches.</summary>
    public const string Section = "PgWorkflows:Events";

    private static readonly string[] Known = ["journal", "syslog", "eventLog", "webhook"];

    /// <summary>Reads the switches.</summary>
    /// <param name="configuration">The configuration, all sources merged.</param>
    /// <param name="problems">Gets a sentence, with key and cure, for everything that is wrong.</param>
    public static IReadOnlyList<IEventChannel> Read(IConfiguration configuration, ICollection<(string Key, string Problem, string Cure)> problems)
    {
        var section = configuration.GetSection(Section);
        foreach (var key in section.GetChildren().Where(key => !Known.Contains(key.Key, StringComparer.OrdinalIgnoreCase)))
            problems.Add((key.Path, "is unknown", $"known are {string.Join(", ", Known)}"));

        var isWindows = OperatingSystem.IsWindows();
        var hasJournal = !isWindows && File.Exists(JournalChannel.SocketPath);
        var channels = new List<IEventChannel>();
        if (Switch("journal", hasJournal) && IsPossible("journal", !isWindows))
            channels.Add(new JournalChannel());
        if (Switch("syslog", !isWindows && !hasJournal && File.Exists(SyslogChannel.SocketPath)) && IsPossible("syslog", !isWindows))
            channels.Add(new SyslogChannel());
        if (Switch("eventLog", isWindows) && IsPossible("eventLog", isWindows) && OperatingSystem.IsWindows())
            channels.Add(new WindowsEventLog());
        if (WebhookSettings.Read(section.GetSection("webhook"), problems) is { } webhook)
            channels.Add(new WebhookChannel(webhook, TimeProvider.System));
        return channels;

        bool Switch(string name, bool usual)
        {
            var word = section[name];
            if (word is null || bool.TryParse(word, out usual))
                return usual;
            problems.Add(($"{Section}:{name}", $"is '{word}'", "write true or false"));
            return false;
        }

        bool IsPossible(string name, bool exists)
        {
            if (!exists)
                problems.Add(($"{Section}:{name}", "does not exist on this platform", "leave it out"));
            return exists;
        }
    }
}
