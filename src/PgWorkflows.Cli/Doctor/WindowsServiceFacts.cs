using System.Buffers.Binary;
using System.Runtime.Versioning;
using Microsoft.Win32;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Cli.Doctor;

/// <summary>What the registry says of a service of this machine; sc prints the same, but in the language of Windows.</summary>
internal sealed record WindowsServiceFacts(string Name, string CommandLine, string Account, bool RestartsItself)
{
    private const string Services = @"SYSTEM\CurrentControlSet\Services";
    private const int RestartAction = 1;

    /// <summary>The data directory that <c>pg_ctl runservice</c> is started with.</summary>
    public string? DataDirectory => Option(CommandLine, 'D');

    /// <summary>The port among the options that it passes to the server (<c>-o "-p 5433"</c>); null when there is none.</summary>
    public int? Port => Option(CommandLine, 'o') is { } options ? PostmasterPort.OfArguments([.. WindowsCommandLine.Words("postgres " + options).Skip(1)]) : null;

    /// <summary>It is a PostgreSQL server.</summary>
    public bool IsPostgres => CommandLine.Contains("pg_ctl", StringComparison.OrdinalIgnoreCase) && CommandLine.Contains("runservice", StringComparison.OrdinalIgnoreCase);

    [SupportedOSPlatform("windows")]
    public static WindowsServiceFacts? Find(string name)
    {
        using var key = Registry.LocalMachine.OpenSubKey($@"{Services}\{name}");
        return key is null ? null : new(name, key.GetValue("ImagePath") as string ?? "", key.GetValue("ObjectName") as string ?? "", HasRestart(key.GetValue("FailureActions") as byte[]));
    }

    [SupportedOSPlatform("windows")]
    public static IReadOnlyList<WindowsServiceFacts> Postgres()
    {
        using var services = Registry.LocalMachine.OpenSubKey(Services);
        return services is null ? [] : [.. services.GetSubKeyNames().Select(Find).OfType<WindowsServiceFacts>().Where(service => service.IsPostgres)];
    }

    /// <summary>The value of an option, as its own word or in the same one; the last one counts.</summary>
    public static string? Option(string commandLine, char letter)
    {
        var words = WindowsCommandLine.Words(commandLine);
        for (var i = words.Count - 1; i > 0; i--)
        {
            if (words[i - 1] == $"-{letter}")
                return words[i];
            if (words[i].StartsWith($"-{letter}", StringComparison.Ordinal) && words[i].Length > 2)
                return words[i][2..].TrimStart('=');
        }

        return null;
    }

    /// <summary>SERVICE_FAILURE_ACTIONS as the registry keeps it: five numbers, the fourth the count, then a kind and a delay for each action.</summary>
    public static bool HasRestart(ReadOnlySpan<byte> actions)
    {
        if (actions.Length < 20)
            return false;
        var count = BinaryPrimitives.ReadInt32LittleEndian(actions[12..]);
        for (var i = 0; i < count && 20 + (i * 8) + 4 <= actions.Length; i++)
        {
            if (BinaryPrimitives.ReadInt32LittleEndian(actions[(20 + (i * 8))..]) == RestartAction)
                return true;
        }

        return false;
    }
}
