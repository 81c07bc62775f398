using System.Text;

namespace PgWorkflows.Server.Access;

/// <summary>Files and folders that nobody but their owner may read. On Windows the data folder's own rights decide.</summary>
internal static class OwnerOnly
{
    public static string Folder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return path;
        }

        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(path, Mode);
        File.SetUnixFileMode(path, Mode);
        return path;
    }

    public static async Task WriteAsync(string path, string text, CancellationToken cancellationToken)
    {
        File.Delete(path); // A file that is there keeps its rights; a new one has ours from the first byte.
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var file = new FileStream(path, options);
        await file.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
    }
}
