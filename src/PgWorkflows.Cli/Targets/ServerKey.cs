namespace PgWorkflows.Cli.Targets;

/// <summary>The key for a server: from the environment or a file, never from the command line, which every user of the machine can read.</summary>
internal static class ServerKey
{
    private const string Variable = "PGW_KEY";
    private const int Longest = 4096;

    /// <exception cref="CliException">There is no key, or the file is not a key's.</exception>
    public static string Read(string? file)
    {
        var (key, source) = file is null ? (Environment.GetEnvironmentVariable(Variable), Variable) : (ReadFile(file), file);
        key = key?.Trim();
        if (string.IsNullOrEmpty(key))
            throw new CliException(ExitCodes.Usage, $"{source} has no key. An admin makes keys on the server's page /keys; put one into {Variable} or a file for --key-file.");
        if (key.Length > Longest || key.Any(c => c is <= ' ' or > '~'))
            throw new CliException(ExitCodes.Usage, $"{source} has no key but something else: a key is one line of letters, digits, '-' and '_'.");
        return key;
    }

    private static string ReadFile(string file)
    {
        try
        {
            const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & Others) != 0)
                throw new CliException(ExitCodes.Usage, $"{file} can be read by others, so its key is not used. chmod 600 {file}");
            if (new FileInfo(file).Length > Longest)
                throw new CliException(ExitCodes.Usage, $"{file} is too long for a key.");
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Usage, $"{file} cannot be read: {e.Message}");
        }
    }
}
