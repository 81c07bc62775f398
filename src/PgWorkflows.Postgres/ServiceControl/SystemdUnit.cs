using System.Globalization;

namespace PgWorkflows.Postgres.ServiceControl;

/// <summary>What <c>systemctl show</c> says of a unit; docs/systemd.md has the table of statuses.</summary>
/// <param name="LoadState">Whether systemd has a definition: loaded, not-found, masked, error, bad-setting.</param>
/// <param name="ActiveState">active, reloading, inactive, failed, activating, deactivating, maintenance.</param>
/// <param name="SubState">The same in the words of services: running, exited, dead, auto-restart and so on.</param>
/// <param name="Result">Why it ended last: success, exit-code, signal, timeout, start-limit-hit and so on.</param>
/// <param name="MainPid">Its main process; 0 when there is none.</param>
/// <param name="Job">The job that is queued or under way; 0 when there is none.</param>
/// <param name="Restarts">How often systemd has restarted it by itself.</param>
public sealed record SystemdUnit(string LoadState, string ActiveState, string SubState, string Result, int MainPid, long Job, int Restarts)
{
    /// <summary>The properties to ask for.</summary>
    public const string Properties = "LoadState,ActiveState,SubState,Result,MainPID,Job,NRestarts";

    /// <summary>Reads lines of <c>Property=value</c>, in whatever order; null when it is no answer about a unit.</summary>
    public static SystemdUnit? Parse(string output)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in output.Split('\n'))
        {
            if (line.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals)
                values[line[..equals]] = line[(equals + 1)..].Trim();
        }

        return values.GetValueOrDefault("LoadState") is { Length: > 0 } load && values.GetValueOrDefault("ActiveState") is { Length: > 0 } active
            ? new(load, active, values.GetValueOrDefault("SubState", ""), values.GetValueOrDefault("Result", ""),
                (int)Number("MainPID"), Number("Job"), (int)Number("NRestarts"))
            : null;

        long Number(string name) => long.TryParse(values.GetValueOrDefault(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    /// <summary>The status; null is no value.</summary>
    public ServiceStatus? Status => ActiveState switch
    {
        "active" or "reloading" or "refreshing" => ServiceStatus.Running,
        "activating" => ServiceStatus.StartPending,
        "deactivating" => ServiceStatus.StopPending,
        // A start that was accepted waits in the queue, for example behind another unit: the unit looks dead and is not.
        "inactive" or "failed" when Job != 0 => ServiceStatus.StartPending,
        "inactive" when LoadState == "not-found" => null,
        "inactive" or "failed" => ServiceStatus.Stopped,
        _ => null,
    };

    /// <summary>The finding in a few words, for example <c>active (running), main process 4711</c>.</summary>
    public string Detail
    {
        get
        {
            if (LoadState == "not-found" && Status is null)
                return "no such unit (not-found)";
            var words = $"{ActiveState} ({SubState})";
            if (LoadState != "loaded")
                words += $", {LoadState}";
            if (Result is not ("success" or ""))
                words += $", result {Result}";
            if (MainPid != 0)
                words += string.Create(CultureInfo.InvariantCulture, $", main process {MainPid}");
            if (Job != 0)
                words += string.Create(CultureInfo.InvariantCulture, $", job {Job} is queued or under way");
            if (Restarts != 0)
                words += string.Create(CultureInfo.InvariantCulture, $", restarted {Restarts} times by systemd");
            return words;
        }
    }
}
