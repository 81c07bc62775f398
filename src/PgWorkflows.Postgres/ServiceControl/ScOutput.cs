using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace PgWorkflows.Postgres.ServiceControl;

/// <summary>
/// What <c>sc</c> printed, in any language of Windows: labels and sentences are translated, state names, numbers and the shape of
/// the lines are not. Bytes are taken as Latin-1, because no rule here looks at a letter outside of ASCII.
/// </summary>
public sealed partial record ScOutput
{
    /// <summary>The state, only when the output has one and nothing speaks against it.</summary>
    public ServiceStatus? Status { get; private init; }

    /// <summary>The Win32 error: the number in the text, else the exit code; null when there is none.</summary>
    public int? Error { get; private init; }

    /// <summary>Number and name of the error; where the text had none and the exit code names none, that code as it is.</summary>
    public string? Reason { get; private init; }

    /// <summary>Why the service ended the last time (WIN32_EXIT_CODE).</summary>
    public int? Win32ExitCode { get; private init; }

    /// <summary>The service's own number when that is 1066 (SERVICE_EXIT_CODE).</summary>
    public int? ServiceExitCode { get; private init; }

    /// <summary>The finding in a few words, for example <c>4 RUNNING</c> or <c>1058 ERROR_SERVICE_DISABLED: its start type is disabled</c>.</summary>
    public string Detail =>
        Error is { } error ? Reason + (Win32Error.Find(error) is { } known ? $": {known.Meaning}" : "")
        : Status is not { } status ? "no readable status"
        : status == ServiceStatus.Stopped && Win32ExitCode is { } code and not 0 ? $"1 STOPPED, {LastEnd(code)}"
        : $"{(int)status} {StateName(status)}";

    /// <summary>Reads the output of <c>sc query</c>, <c>sc start</c> or <c>sc stop</c>.</summary>
    /// <param name="stdout">Its bytes; sc writes everything to standard output.</param>
    /// <param name="exitCode">Its exit code, where a POSIX layer may have left the low 8 bits only; null when it has none.</param>
    public static ScOutput Parse(ReadOnlySpan<byte> stdout, int? exitCode)
    {
        var text = Encoding.Latin1.GetString(stdout);
        var error = ErrorLine().Match(text) is { Success: true } match ? Number(match.Groups[1].Value) : null;
        var reason = error is { } told ? Win32Error.Describe(told) : null;
        if (error is null && exitCode is { } code and not 0)
            (error, reason) = (code, Win32Error.Find(code) is null ? string.Create(CultureInfo.InvariantCulture, $"exit code {code}") : Win32Error.Describe(code));
        if (StateLine().Match(text) is not { Success: true } state)
            return new() { Error = error, Reason = reason };

        var exitCodes = ExitCodeLine().Matches(text, state.Index + state.Length).Take(2).Select(line => Number(line.Groups[1].Value)).ToList();
        return new()
        {
            // A state from a command that failed or never ended is no state.
            Status = error is null && exitCode is 0 ? (ServiceStatus)(state.Groups[1].Value[0] - '0') : null,
            Error = error,
            Reason = reason,
            Win32ExitCode = exitCodes.ElementAtOrDefault(0),
            ServiceExitCode = exitCodes.ElementAtOrDefault(1),
        };
    }

    private string LastEnd(int code) =>
        code == Win32Error.ServiceSpecific ? $"ended with its own code {ServiceExitCode}" : $"ended with {Win32Error.Describe(code)}";

    private static int? Number(string digits) => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string StateName(ServiceStatus status) => status switch
    {
        ServiceStatus.Stopped => "STOPPED",
        ServiceStatus.StartPending => "START_PENDING",
        ServiceStatus.StopPending => "STOP_PENDING",
        ServiceStatus.Running => "RUNNING",
        ServiceStatus.ContinuePending => "CONTINUE_PENDING",
        ServiceStatus.PausePending => "PAUSE_PENDING",
        _ => "PAUSED",
    };

    // Number and name must agree, and a label goes before: a display name may say RUNNING, a driver's type is a digit too.
    [GeneratedRegex(@"^[^:\r\n]*:\s+([1-7])\s+(?:(?<=1\s+)STOPPED|(?<=2\s+)START_PENDING|(?<=3\s+)STOP_PENDING|(?<=4\s+)RUNNING|(?<=5\s+)CONTINUE_PENDING|(?<=6\s+)PAUSE_PENDING|(?<=7\s+)PAUSED)\b",
        RegexOptions.Multiline)]
    private static partial Regex StateLine();

    [GeneratedRegex(@"^\[SC\].*?(\d+)\s*:\s*$", RegexOptions.Multiline)]
    private static partial Regex ErrorLine();

    [GeneratedRegex(@":\s+(\d+)\s+\(0x[0-9a-fA-F]+\)")]
    private static partial Regex ExitCodeLine();
}
