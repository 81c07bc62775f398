using System.Globalization;

namespace PgWorkflows.Postgres.ServiceControl;

/// <summary>Finds the port in the output of <c>pg_ctl status</c> (actions.md, decision 10). In doubt there is none, never a wrong one.</summary>
public static class PostmasterPort
{
    // What getopt of postgres knows: letters with an argument, and without. All versions together; no letter changed sides.
    private const string WithArgument = "ABCDNSWcdfhkoprtv";
    private const string WithoutArgument = "EFOPTbeijlns";

    /// <summary>The port that the server was started with on its command line, or null.</summary>
    /// <param name="statusOutput">Standard output of pg_ctl status: a line with the PID, then the server's command line.</param>
    public static int? Find(string statusOutput)
    {
        var text = statusOutput.Replace("\r\n", "\n", StringComparison.Ordinal);
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        if (end < 0 || !text.AsSpan(0, end).Contains("PID", StringComparison.Ordinal))
            return null;

        var commandLine = text[(end + 1)..].TrimEnd('\n');
        if (commandLine.StartsWith("Command line was:\n", StringComparison.Ordinal)) // servers before 8.3
            commandLine = commandLine[(commandLine.IndexOf('\n', StringComparison.Ordinal) + 1)..];
        return PostmasterCommandLine.Arguments(commandLine) is { } arguments ? OfArguments(arguments) : null;
    }

    /// <summary>The port that these arguments give a server, the last one winning, as its own getopt would read them.</summary>
    public static int? OfArguments(IReadOnlyList<string> arguments)
    {
        if (arguments is ["--single" or "--boot" or "--check" or "--describe-config", ..])
            return null;

        int? port = null;
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (argument == "--")
                break;
            if (argument.StartsWith("--", StringComparison.Ordinal))
            {
                Assign(argument[2..], ref port);
                continue;
            }

            if (argument is not ['-', not '\0', ..])
                continue;
            for (var letter = 1; letter < argument.Length; letter++)
            {
                if (WithoutArgument.Contains(argument[letter], StringComparison.Ordinal))
                    continue;
                if (!WithArgument.Contains(argument[letter], StringComparison.Ordinal))
                    return null; // no server runs with an option that we do not know how to read
                var value = letter + 1 < argument.Length ? argument[(letter + 1)..] : ++i < arguments.Count ? arguments[i] : "";
                if (argument[letter] == 'p')
                    port = Number(value);
                else if (argument[letter] == 'c')
                    Assign(value, ref port);
                break;
            }
        }

        return port;
    }

    private static void Assign(string setting, ref int? port)
    {
        var equals = setting.IndexOf('=', StringComparison.Ordinal);
        if (equals > 0 && setting.AsSpan(0, equals).Equals("port", StringComparison.OrdinalIgnoreCase))
            port = Number(setting[(equals + 1)..]);
    }

    // A leading zero would be octal to the server, and it reads hexadecimal and exponents too: whoever writes that gets none.
    private static int? Number(string text) =>
        text.AsSpan().Trim() is [not '0', ..] digits
        && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 65535
            ? number
            : null;
}
