using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;

namespace PgWorkflows.Postgres.Commands;

/// <summary>
/// What bytes of a Windows program mean to people: UTF-8 where they are UTF-8, else the system's code page. The console's page of our own
/// process says nothing of a child's: a service has no console. No decision is made on decoded text.
/// </summary>
internal static partial class CodePages
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The page that a command writes in when it does not write UTF-8; null where there are no code pages.</summary>
    public static Encoding? Of(Command command) =>
        !OperatingSystem.IsWindows() ? null : Find((int)(command.WritesForConsoles ? OemPage() : AnsiPage()));

    /// <summary>The code page of this number, or null when .NET does not know it.</summary>
    public static Encoding? Find(int number) => CodePagesEncodingProvider.Instance.GetEncoding(number);

    /// <summary>The text of the bytes; the end may have been cut within a character.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes, Encoding? page)
    {
        if (page is null)
            return Encoding.UTF8.GetString(bytes);
        try
        {
            var characters = new char[bytes.Length];
            var count = Strict.GetDecoder().GetChars(bytes, characters, flush: false);
            return new(characters, 0, count);
        }
        catch (DecoderFallbackException)
        {
            return page.GetString(bytes);
        }
    }

    [SupportedOSPlatform("windows")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [LibraryImport("kernel32", EntryPoint = "GetOEMCP")]
    private static partial uint OemPage();

    [SupportedOSPlatform("windows")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [LibraryImport("kernel32", EntryPoint = "GetACP")]
    private static partial uint AnsiPage();
}
